import { describe } from 'vitest';
import { runContract } from './run.contract.ts';
import { run } from './run.ts';

describe('programs that this process starts', () => runContract(run));
