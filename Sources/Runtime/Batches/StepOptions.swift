import Batch

/// A step's options by type, for steps that may come from an old ledger.
struct StepOptions {
  let step: JobStep

  init(_ step: JobStep) { self.step = step }

  func text(_ key: String) throws -> String? {
    guard let value = step.options[key] else { return nil }
    guard case .text(let text) = value else { throw unfit(key, "is not text") }
    return text
  }

  func texts(_ key: String) throws -> [String: String]? {
    guard let value = step.options[key] else { return nil }
    guard case .texts(let texts) = value else { throw unfit(key, "use keys with values") }
    return texts
  }

  func list(_ key: String) throws -> [String]? {
    guard let value = step.options[key] else { return nil }
    guard case .list(let list) = value else { throw unfit(key, "use a list") }
    return list
  }

  func flag(_ key: String) throws -> Bool? {
    guard let value = step.options[key] else { return nil }
    guard case .flag(let flag) = value else { throw unfit(key, "use true or false") }
    return flag
  }

  func integer(_ key: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard let value = step.options[key] else { return nil }
    guard case .integer(let integer) = value, range.contains(integer) else {
      throw unfit(key, "use \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func number(_ key: String, _ range: ClosedRange<Double>) throws -> Double? {
    guard let value = step.options[key] else { return nil }
    let number: Double? =
      switch value {
      case .number(let number): number
      // As JSON, a whole number comes back without its fraction.
      case .integer(let integer): Double(integer)
      default: nil
      }
    guard let number, range.contains(number) else {
      throw unfit(key, "use \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws -> Choice?
  where Choice.RawValue == String {
    guard let text = try text(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw unfit(key, "use one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return choice
  }

  func read<Value>(
    _ key: String, _ text: String, _ read: (String) throws(SpeakOptions.Complaint) -> Value
  ) throws -> Value {
    do throws(SpeakOptions.Complaint) { return try read(text) } catch {
      throw unfit(key, error.text)
    }
  }

  private func unfit(_ key: String, _ complaint: String) -> RuntimeError {
    RuntimeError.badInput("\(step.kind): \(key) can't be used: \(complaint)")
  }
}
