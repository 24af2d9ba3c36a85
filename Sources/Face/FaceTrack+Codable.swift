import Foundation
import Imaging

/// Stored as runs of frames with a face: the first frame, and per frame 35 x (x, y) and the strength as
/// little-endian 32-bit floating-point numbers.
extension FaceTrack: Codable {
  private enum Key: String, CodingKey { case version, frameCount, runs }

  private struct Run: Codable {
    var first: Int
    var values: Data
  }

  private static let version = 1
  private static let valuesPerFace = 2 * Landmarks.count + 1

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(Self.version, forKey: .version)
    try container.encode(frameCount, forKey: .frameCount)
    let runs = rangesWithFace.map { range in
      Run(first: range.lowerBound, values: Self.data(faces[range].compactMap { $0 }))
    }
    try container.encode(runs, forKey: .runs)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func corrupt(_ why: String) -> DecodingError {
      .dataCorrupted(.init(codingPath: container.codingPath, debugDescription: why))
    }
    let version = try container.decode(Int.self, forKey: .version)
    guard version == Self.version else { throw corrupt("a face track of version \(version)") }
    let count = try container.decode(Int.self, forKey: .frameCount)
    guard (0...100_000_000).contains(count) else { throw corrupt("\(count) frames") }
    var faces = [TrackedFace?](repeating: nil, count: count)
    for run in try container.decode([Run].self, forKey: .runs) {
      guard let found = Self.faces(run.values) else { throw corrupt("a run's values") }
      guard run.first >= 0, found.count <= count, run.first <= count - found.count else {
        throw corrupt("a run outside the film")
      }
      for (offset, face) in found.enumerated() { faces[run.first + offset] = face }
    }
    self.init(faces: faces)
  }

  private static func data(_ faces: [TrackedFace]) -> Data {
    var data = Data(capacity: faces.count * valuesPerFace * 4)
    for face in faces {
      let values = face.landmarks.points.flatMap { [Float($0.x), Float($0.y)] } + [face.strength]
      for value in values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    return data
  }

  private static func faces(_ data: Data) -> [TrackedFace]? {
    let bytes = [UInt8](data)
    guard !bytes.isEmpty, bytes.count % (valuesPerFace * 4) == 0 else { return nil }
    let values = stride(from: 0, to: bytes.count, by: 4).map { place in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
      return Float(bitPattern: bits)
    }
    var faces: [TrackedFace] = []
    for start in stride(from: 0, to: values.count, by: valuesPerFace) {
      let points = (0..<Landmarks.count).map {
        Point(Double(values[start + 2 * $0]), Double(values[start + 2 * $0 + 1]))
      }
      let strength = values[start + valuesPerFace - 1]
      guard strength >= 0, strength <= 1,
        let face = TrackedFace(landmarks: Landmarks(points: points), strength: strength)
      else { return nil }
      faces.append(face)
    }
    return faces
  }
}
