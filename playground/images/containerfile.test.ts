import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { containerfile } from './containerfile.ts';
import { demoConfig } from './recipes/demo.ts';
import { kubesliceConfig } from './recipes/kubeslice.ts';

test.each([
  ['demo', demoConfig(packageJson.version)],
  ['kubeslice', kubesliceConfig(packageJson.version)],
])('images/%s/Containerfile is what the recipe says (npm run build -- --containerfiles)', (name, config) => {
  expect(readFileSync(join(import.meta.dirname, '../../images', name, 'Containerfile'), 'utf8')).toBe(containerfile(config));
});

test('every part of a configuration becomes an instruction', () => {
  const text = containerfile({
    entrypoint: ['/a', 'b c'],
    command: ['d'],
    environment: { E: 'f "g"' },
    workingFolder: '/w',
    ports: [80],
    user: '65534',
    labels: { l: 'm' },
  });
  expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
    'FROM scratch',
    'COPY root/ /',
    'ENV E="f \\"g\\""',
    'LABEL l="m"',
    'WORKDIR /w',
    'EXPOSE 80',
    'USER 65534',
    'ENTRYPOINT ["/a","b c"]',
    'CMD ["d"]',
    '',
  ]);
});
