import { describe, expect, test } from 'vitest';
import { readCalled } from './called.ts';

describe('what is called', () => {
  test.each([
    ['app-ns/client', { namespace: 'app-ns', name: 'client', port: undefined }],
    ['app-ns/web:8080', { namespace: 'app-ns', name: 'web', port: 8080 }],
    ['web.app-ns.svc.slice.local', { namespace: 'app-ns', name: 'web', port: undefined }],
    ['web.app-ns.svc.slice.local.:80', { namespace: 'app-ns', name: 'web', port: 80 }],
    ['db-0.east.db.app-ns.svc.slice.local', { namespace: 'app-ns', name: 'db', port: undefined }],
  ])('%s', (text, called) => {
    expect(readCalled(text)).toEqual(called);
  });

  test.each(['', 'web', '/web', 'app-ns/'])('"%s" is refused with an example', (text) => {
    expect(() => readCalled(text)).toThrow(/neither namespace\/name.*app-ns\/client/);
  });
});
