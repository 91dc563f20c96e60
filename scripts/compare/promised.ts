/** Calls `ended` as soon as the promise has been fulfilled. */
export function promised(call: Promise<unknown>, ended: () => void = () => undefined): Promise<unknown> {
  return call.then((value) => {
    ended();
    return value;
  });
}
