/** The inputs of a program: everything that it may know of its environment. */
export interface ProgramContext {
  /** The arguments after the name of the program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts at SIGTERM and SIGINT; the program then stops what it runs and resolves. */
  readonly signal: AbortSignal;
  /** Path of the file that was started, from which another program of KubeSlice can be started. */
  readonly entry: string;
  /** Version of KubeSlice. */
  readonly version: string;
}

/** One program of KubeSlice; resolves to its exit code. A thrown `Failure` is printed as one line and ends with code 1. */
export type Program = (context: ProgramContext) => Promise<number>;
