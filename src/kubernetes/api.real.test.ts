import { it } from 'vitest';
import { apiContract } from './api.contract.ts';
import { realPrograms, startRealApi } from './fixtures/real-api.ts';

const programs = realPrograms();

if (typeof programs === 'string') {
  console.log(`skipped: API of a real API server: ${programs}`);
  it.skipIf(process.env.CI === undefined)('has an API server to run against', () => {
    throw new Error(programs);
  });
} else {
  apiContract('a real API server', async () => {
    const api = await startRealApi(programs);
    return { connection: api.connection, forget: (version) => api.compact(version), stop: () => api.stop() };
  });
}
