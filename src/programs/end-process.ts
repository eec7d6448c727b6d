/** The parts of the process that are needed to end it. */
export interface EndingProcess {
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>;
  readonly exit: (code: number) => void;
}

/**
 * Ends the process once all output is written. Setting an exit code alone is not enough: a program that failed after it had begun to listen would
 * stay alive, report healthy, and do nothing.
 */
export const endProcess = ({ stdout, stderr, exit }: EndingProcess, code: number): void => {
  stdout.write('', () => stderr.write('', () => exit(code)));
};
