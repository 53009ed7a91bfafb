// The first thing that the launcher loads: Node opens its debugger to this machine when it gets SIGUSR1, until somebody
// else listens to that. Before this has run, some 30 ms after the start, it still does; from then on it never will.
process.on('SIGUSR1', () => {})
