/**
 * Loaded before every test file. Property tests draw new cases in each run, which is how they find
 * what nobody thought of; CI draws the same ones each time, so that it judges the change and not the
 * luck of the day. PROPERTY_SEED=N repeats a run; a failing property prints its own seed and path.
 */
import fc from 'fast-check';

const CI_SEED = '20261123';
const seed =
  process.env['PROPERTY_SEED'] ?? (process.env['CI'] === undefined ? undefined : CI_SEED);
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
