/// 0 below 0, 1 above 1, smooth between.
func smoothstep(_ value: Double) -> Double {
  let t = min(max(value, 0), 1)
  return t * t * (3 - 2 * t)
}

/// 1 at `center`, falling smoothly to 0 on the ellipse of `radii` around it, and 0 beyond.
func bump(
  _ point: SIMD2<Double>, at center: SIMD2<Double>, radii: SIMD2<Double>
) -> Double {
  let offset = (point - center) / radii
  let rest = max(1 - (offset * offset).sum(), 0)
  return rest * rest
}
