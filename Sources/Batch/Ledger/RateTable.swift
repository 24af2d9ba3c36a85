import GRDB

/// How long frames took, and how many bytes they became, by kind of work and picture size.
public struct RateTable: Sendable, Hashable {
  /// Averages over frames of one size.
  struct Point: Sendable, Hashable {
    var pixelsPerFrame: Int
    var secondsPerFrame: Double
    var bytesPerFrame: Double
  }

  /// By kind, in the order of picture sizes.
  private(set) var points: [String: [Point]] = [:]

  /// What a job is expected to take.
  public struct Estimate: Sendable, Hashable {
    public var seconds: Double
    public var byteCount: Double
  }

  public init() {}

  /// Learns from the last thousand attempts that succeeded.
  ///
  /// Segments that earlier attempts had finished don't count.
  init(_ database: Database) throws {
    struct Sum { var frames = 0.0, seconds = 0.0, allFrames = 0, bytes = 0 }
    let sql = """
      SELECT kind, pixels_per_frame, frame_count, seconds, byte_count, new_segments, segment_count
      FROM attempts WHERE outcome = 'succeeded' AND pixels_per_frame > 0 AND frame_count > 0
      ORDER BY id DESC LIMIT 1000
      """
    var sums: [String: [Int: Sum]] = [:]
    for row in try Row.fetchAll(database, sql: sql) {
      let (frames, segments): (Int, Int?) = (row[2], row[6])
      let share = segments.map { Double(row[5] as Int) / Double(max($0, 1)) } ?? 1
      var sum = sums[row[0] as String]?[row[1] as Int] ?? Sum()
      if share > 0 {
        sum.frames += Double(frames) * share
        sum.seconds += row[3]
      }
      sum.allFrames += frames
      sum.bytes += row[4]
      sums[row[0] as String, default: [:]][row[1] as Int] = sum
    }
    points = sums.mapValues { bySize in
      bySize.filter { $0.value.frames > 0 }.sorted { $0.key < $1.key }.map { pixels, sum in
        Point(
          pixelsPerFrame: pixels, secondsPerFrame: sum.seconds / sum.frames,
          bytesPerFrame: Double(sum.bytes) / Double(sum.allFrames))
      }
    }.filter { !$0.value.isEmpty }
  }

  /// What `job` is expected to take, between the nearest sizes that were measured; nil where none was.
  public func estimate(_ job: JobSpecification, size: JobSize) -> Estimate? {
    guard let points = points[job.kindOfWork], let first = points.first, let last = points.last
    else { return nil }
    let upper = points.first { $0.pixelsPerFrame >= size.pixelsPerFrame } ?? last
    let lower = points.last { $0.pixelsPerFrame <= size.pixelsPerFrame } ?? first
    let distance = upper.pixelsPerFrame - lower.pixelsPerFrame
    let share =
      distance > 0
      ? Double(size.pixelsPerFrame - lower.pixelsPerFrame) / Double(distance) : 0
    func between(_ value: (Point) -> Double) -> Double {
      value(lower) + (value(upper) - value(lower)) * share
    }
    let frames = Double(size.frameCount)
    return Estimate(
      seconds: frames * between(\.secondsPerFrame), byteCount: frames * between(\.bytesPerFrame))
  }
}

extension JobSpecification {
  /// What is measured as one kind of work: the kinds of its steps.
  var kindOfWork: String { steps.map(\.kind).joined(separator: "+") }
}
