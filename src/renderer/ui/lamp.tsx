/** A state lamp. Form as well as colour tells the states apart: ring, pulse, dot, diamond. */
import type { ReactElement } from 'react';

export type LampState = 'off' | 'busy' | 'on' | 'bad';

export function Lamp({ state }: { readonly state: LampState }): ReactElement {
  return <span className={`lamp lamp-${state}`} aria-hidden="true" />;
}
