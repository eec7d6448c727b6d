/** What of the process is needed to end it. */
export interface EndingProcess {
  readonly stdout: Pick<NodeJS.WriteStream, 'write'>;
  readonly stderr: Pick<NodeJS.WriteStream, 'write'>;
  readonly exit: (code: number) => void;
}

/**
 * Ends the process once everything that was printed has left it. Setting an exit code alone does not: a program that failed after it had begun to
 * listen would live on, healthy by its own account, and do nothing.
 */
export const endProcess = ({ stdout, stderr, exit }: EndingProcess, code: number): void => {
  stdout.write('', () => stderr.write('', () => exit(code)));
};
