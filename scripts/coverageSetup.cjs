// The programs that tests start run through tsx. Their coverage, mapped less exactly, would be merged into that of the
// compiled sources and lower it; Node hands the folder to write to down in this variable.
delete process.env.NODE_V8_COVERAGE;

// A stack names the sources, as it does under `npm test`: tests may look.
process.setSourceMapsEnabled(true);
