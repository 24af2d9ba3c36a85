import Face
import Foundation
import Imaging
import Testing

@Suite("Stored face tracks")
struct FaceTrackTests {
  static func track() -> FaceTrack {
    let faces: [TrackedFace?] = (0..<20).map { index in
      guard index > 2, !(8..<12).contains(index) else { return nil }
      let square = FaceSquare(
        center: Point(100.123 + Double(index) / 3, 77.7), side: 51.3, rollRadians: 0.1)
      return TrackedFace(landmarks: .mean(in: square), strength: 0.25)
    }
    return FaceTrack(faces: faces)
  }

  @Test("what is written is read back bit for bit")
  func roundTrip() throws {
    let track = Self.track()
    let data = try JSONEncoder().encode(track)
    #expect(try JSONDecoder().decode(FaceTrack.self, from: data) == track)
    let empty = FaceTrack(faces: [nil, nil])
    let again = try JSONDecoder().decode(FaceTrack.self, from: JSONEncoder().encode(empty))
    #expect(again == empty)
  }

  @Test("counts and ranges")
  func ranges() {
    let track = Self.track()
    #expect(track.framesWithFace == 13)
    #expect(track.rangesWithFace == [3..<8, 12..<20])
    #expect(track.rangesWithoutFace == [0..<3, 8..<12])
    #expect(track[1] == nil && track[5] != nil && track[20] == nil && track[-1] == nil)
    #expect(track.medianCropSide.map { $0 > 20 && $0 < 120 } == true)
  }

  @Test(
    "damaged files are refused",
    arguments: [
      "{}", #"{"version":2,"frameCount":1,"runs":[]}"#,
      #"{"version":1,"frameCount":-1,"runs":[]}"#,
      #"{"version":1,"frameCount":5,"runs":[{"first":0,"values":"AAAA"}]}"#,
      #"{"version":1,"frameCount":5,"runs":[{"first":0,"values":""}]}"#,
    ])
  func damaged(text: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(FaceTrack.self, from: Data(text.utf8))
    }
  }

  @Test("a run beyond the film is refused")
  func beyond() throws {
    let data = try JSONEncoder().encode(Self.track())
    let text = String(decoding: data, as: UTF8.self)
    let short = text.replacing("\"frameCount\":20", with: "\"frameCount\":19")
    #expect(short != text)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(FaceTrack.self, from: Data(short.utf8))
    }
  }
}
