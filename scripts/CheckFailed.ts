/** What a check found wrong, told in full by its message: the place in the script that noticed is of no interest. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed';
}
