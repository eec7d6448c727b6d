import { expect, it } from 'vitest';
import { parseStuck } from './stuck-connections.ts';

const output = `ESTAB 0      1               10.0.0.2:51728          10.0.240.1:80  timer:(on,420ms,2)
ESTAB 0      1      [::ffff:10.0.0.2]:51734 [::ffff:10.0.240.1]:80  timer:(on,1.2sec,4)
SYN-SENT 0   1               10.0.0.2:51736          10.0.240.1:80  timer:(on,3sec,2)
ESTAB 0      1               10.0.0.2:51738          10.0.240.1:80  timer:(on,200ms,1)
ESTAB 0      0               10.0.0.2:51740          10.0.240.1:80  timer:(keepalive,1min,0)
ESTAB 0      0               10.0.0.2:51742          10.0.240.1:80
ESTAB 0      1               10.0.0.2:51744          10.0.240.2:80  timer:(on,1.2sec,4)
anything else`;

it('are those to the address that were sent again in vain', () => {
  expect(parseStuck(output, new Set(['10.0.240.1']))).toEqual([
    { local: '10.0.0.2:51728', remote: '10.0.240.1:80' },
    { local: '10.0.0.2:51734', remote: '10.0.240.1:80' },
    { local: '10.0.0.2:51736', remote: '10.0.240.1:80' },
  ]);
});
