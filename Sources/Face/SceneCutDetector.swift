import MediaTypes

/// Notices that a film shows something else from one frame to the next.
///
/// A cut is a frame whose brightness histogram shares little with the frame before (less than half), or
/// less than 70 % while the coarse picture (8 x 8 cells) changes too.
struct SceneCutDetector: Sendable {
  private struct Summary: Sendable {
    var histogram = [Double](repeating: 0, count: 32)
    var cells = [Double](repeating: 0, count: 64)
  }

  private var last: Summary?

  init() {}

  /// Whether `frame` begins a new shot; the first frame does not.
  mutating func isCut(_ frame: Frame) -> Bool {
    let summary = Self.summary(frame)
    defer { last = summary }
    guard let last else { return false }
    let apart = zip(summary.histogram, last.histogram).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
    let changed = zip(summary.cells, last.cells).reduce(0) { $0 + abs($1.0 - $1.1) } / 64
    return apart > 0.5 || (apart > 0.3 && changed > 14)
  }

  private static func summary(_ frame: Frame) -> Summary {
    var result = Summary()
    var counts = [Double](repeating: 0, count: 64)
    let step = max(1, min(frame.width, frame.height) / 120)
    frame.samples.withUnsafeBufferPointer { samples in
      for row in stride(from: 0, to: frame.height, by: step) {
        for column in stride(from: 0, to: frame.width, by: step) {
          let value = samples[row * frame.width + column]
          result.histogram[Int(value >> 3)] += 1
          let cell = (row * 8 / frame.height) * 8 + column * 8 / frame.width
          result.cells[cell] += Double(value)
          counts[cell] += 1
        }
      }
    }
    let total = result.histogram.reduce(0, +)
    for index in result.histogram.indices { result.histogram[index] /= total }
    for index in result.cells.indices { result.cells[index] /= max(counts[index], 1) }
    return result
  }
}
