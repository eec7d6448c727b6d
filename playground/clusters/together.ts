/**
 * Runs tasks concurrently. When one fails, the others are cancelled and awaited, so that nothing continues in the background; then the first failure
 * is thrown.
 */
export async function together<T>(signal: AbortSignal, tasks: readonly ((signal: AbortSignal) => Promise<T>)[]): Promise<T[]> {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let first: { error: unknown } | undefined;
  const results = await Promise.allSettled(
    tasks.map(async (task) => {
      try {
        return await task(either);
      } catch (error) {
        first ??= { error };
        failed.abort(error);
        throw error;
      }
    }),
  );
  if (first !== undefined) throw first.error;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}
