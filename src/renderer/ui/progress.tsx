/** A thin bar across the top of its parent. Without a fraction it only says that work goes on. */
import type { ReactElement } from 'react';

export interface ProgressProps {
  readonly label: string;
  /** 0 … 1; undefined while unknown. */
  readonly fraction?: number | undefined;
}

export function Progress({ label, fraction }: ProgressProps): ReactElement {
  const percent = fraction === undefined ? undefined : Math.max(0, Math.min(1, fraction)) * 100;
  return (
    <div
      className={percent === undefined ? 'progress progress-unknown' : 'progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent === undefined ? undefined : Math.round(percent)}
    >
      <span style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}
