import { Failure } from '../../../values/failure.ts';

/** Reads what may be forbidden, and remembers what was not allowed instead of failing: a diagnosis says what it could not see. */
export class Readings {
  readonly unread: { readonly what: string; readonly why: string }[] = [];

  /** What the work gives; `otherwise` when it is forbidden, when the kind is not known to the server, or when it does not answer in time. */
  async read<T>(what: string, work: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!Failure.is(error) || error.code === 'Interrupted' || error.code === 'Unauthorized') throw error;
      // A kind that is not there is told of as a missing definition.
      if (error.code !== 'NotFound') this.unread.push({ what, why: error.message });
      return otherwise;
    }
  }
}
