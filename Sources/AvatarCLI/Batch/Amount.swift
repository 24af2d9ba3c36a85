import Foundation
import Runtime

/// Amounts as people read them.
enum Amount {
  /// A time: "12 s", "3 min 20 s", "2 h 05 min", "3 d 4 h".
  static func time(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "very long" }
    let whole = Int(seconds.rounded())
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86_400)
    if whole < 60 { return "\(whole) s" }
    if hours == 0 { return "\(minutes) min \(whole % 60) s" }
    if days == 0 { return "\(hours) h \(minutes % 60) min" }
    return "\(days) d \(hours % 24) h"
  }

  /// A size on disk: "512 B", "3.4 MB", "20.1 GB".
  static func bytes(_ count: Double) -> String {
    var (value, unit) = (count, 0)
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    while value >= 999.5, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return unit == 0 ? "\(Int(value)) B" : String(format: "%.1f %@", value, units[unit])
  }

  /// A number of things: "1 job", "2 jobs".
  static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A point in time as ISO 8601 in UTC: what JSON has.
  static func timestamp(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).ISO8601Format()
  }

  /// Text from manifests and files on one line, safe for terminals.
  static func plain(_ text: String) -> String { PrintableText.escaping(text) }
}
