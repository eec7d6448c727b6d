import { apiContract, contractKinds } from '../api.contract.ts';
import { startFakeApi } from './fake-api.ts';

apiContract('the fake', async () => {
  const api = await startFakeApi({ kinds: contractKinds });
  return {
    connection: api.connection,
    forget: async () => api.compact(),
    stop: () => api.stop(),
  };
});
