/// An exact fraction, always in lowest terms with a positive denominator: frame rates, time bases.
public struct Rational: Hashable, Sendable, Comparable, CustomStringConvertible {
  public let numerator: Int
  public let denominator: Int

  /// Makes `numerator / denominator` in lowest terms; `denominator` must not be zero.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator != 0, "a fraction's denominator is not zero")
    let divisor = Self.greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
    let sign = denominator < 0 ? -1 : 1
    self.numerator = sign * numerator / Int(divisor)
    self.denominator = sign * denominator / Int(divisor)
  }

  /// Reads `25`, `30000/1001` or `29.97` (decimals are taken as written); nil for anything else.
  public init?(parsing text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let largest = 1_000_000_000  // products of two stay within Int
    if parts.count == 2, let numerator = Int(parts[0]), let denominator = Int(parts[1]),
      (1...largest).contains(denominator), numerator.magnitude <= largest
    {
      self.init(numerator, denominator)
    } else if let whole = Int(text), whole.magnitude <= largest {
      self.init(whole)
    } else {
      let digits = text.split(separator: ".", omittingEmptySubsequences: false)
      guard digits.count == 2, digits[1].count <= 6, let whole = UInt32(digits[0]),
        let fraction = UInt32(digits[1])
      else { return nil }
      let scale = (0..<digits[1].count).reduce(1) { value, _ in value * 10 }
      self.init(Int(whole) * scale + Int(fraction), scale)
    }
  }

  public var value: Double { Double(numerator) / Double(denominator) }
  public var inverse: Rational { Rational(denominator, numerator) }
  public var description: String {
    denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)"
  }

  public static func < (left: Rational, right: Rational) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }

  public static func * (left: Rational, right: Rational) -> Rational {
    Rational(left.numerator * right.numerator, left.denominator * right.denominator)
  }

  private static func greatestCommonDivisor(_ a: UInt, _ b: UInt) -> UInt {
    b == 0 ? max(a, 1) : greatestCommonDivisor(b, a % b)
  }
}
