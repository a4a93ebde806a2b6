/** A tiny line of recent values, scaled 0 … max. Decoration beside the number it belongs to. */
import type { ReactElement } from 'react';

export interface SparklineProps {
  readonly values: readonly number[];
  /** How many values the whole width stands for. */
  readonly span: number;
  readonly max: number;
  readonly width?: number;
  readonly height?: number;
}

export function Sparkline(props: SparklineProps): ReactElement {
  const { values, span, max, width = 48, height = 12 } = props;
  const step = width / Math.max(1, span - 1);
  const start = width - (values.length - 1) * step;
  const points = values.map((value, index) => {
    const share = Math.max(0, Math.min(1, value / (max || 1)));
    return `${(start + index * step).toFixed(1)},${(height - 1 - share * (height - 2)).toFixed(1)}`;
  });
  const line = points.join(' ');
  const area = points.length > 1 ? `${start.toFixed(1)},${height} ${line} ${width},${height}` : '';
  return (
    <svg className="sparkline" width={width} height={height} aria-hidden="true" focusable="false">
      <polygon points={area} />
      <polyline points={line} />
    </svg>
  );
}
