import { expect, it } from 'vitest';
import { parseLoadedObjects } from './charon-root.ts';

it('reads the list of the dynamic linker, with and without names, and without what is no file', () => {
  const text = `	linux-vdso.so.1 (0x00007ffd8f5f2000)
	libstrongswan.so.0 => /usr/lib/ipsec/libstrongswan.so.0 (0x00007f2f4a000000)
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f2f49e00000)
	/lib64/ld-linux-x86-64.so.2 (0x00007f2f4a1c2000)
	libmissing.so.1 => not found
`;
  expect(parseLoadedObjects(text)).toEqual([
    '/usr/lib/ipsec/libstrongswan.so.0',
    '/lib/x86_64-linux-gnu/libc.so.6',
    '/lib64/ld-linux-x86-64.so.2',
  ]);
  expect(parseLoadedObjects('\tstatically linked\n')).toEqual([]);
});
