/**
 * bc -l, written in bc: e(x), l(x), s(x), c(x), a(x) by their series, with spare digits that are cut
 * at the end, and arguments brought near 0 first, where the series are short.
 */
export const LIBRARY = `scale = 20
define e(x) {
  auto o, s, n, t, k, h
  o = scale
  scale = o + 10 + length(x)
  h = 0
  while (x > 1 || x < -1) {
    x = x / 2
    h = h + 1
  }
  s = 1
  t = 1
  for (k = 1; t != 0; k = k + 1) {
    t = t * x / k
    s = s + t
  }
  while (h > 0) {
    s = s * s
    h = h - 1
  }
  scale = o
  return (s / 1)
}
define l(x) {
  auto o, s, n, t, k, f
  if (x <= 0) return ((1 - 10 ^ scale) / 1)
  o = scale
  scale = o + 10
  f = 2
  while (x >= 2 || x <= .5) {
    f = f * 2
    x = sqrt(x)
  }
  n = (x - 1) / (x + 1)
  s = n
  t = n
  n = n * n
  for (k = 3; 1; k = k + 2) {
    t = t * n
    if (t / k == 0) {
      scale = o
      return (f * s / 1)
    }
    s = s + t / k
  }
}
define a(x) {
  auto o, s, t, k, f, n
  o = scale
  scale = o + 10
  f = 1
  while (x > .1 || x < -.1) {
    x = x / (1 + sqrt(1 + x * x))
    f = f * 2
  }
  s = x
  t = x
  n = -x * x
  for (k = 3; 1; k = k + 2) {
    t = t * n
    if (t / k == 0) {
      scale = o
      return (f * s / 1)
    }
    s = s + t / k
  }
}
define s(x) {
  auto o, s, t, k, n, p
  o = scale
  scale = o + 10
  p = 8 * a(1)
  scale = 0
  n = x / p
  scale = o + 10
  x = x - n * p
  s = x
  t = x
  for (k = 2; t != 0; k = k + 2) {
    t = -t * x * x / (k * (k + 1))
    s = s + t
  }
  scale = o
  return (s / 1)
}
define c(x) {
  auto o, v
  o = scale
  scale = o + 5
  v = s(x + 2 * a(1))
  scale = o
  return (v / 1)
}
`;
