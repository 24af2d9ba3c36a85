import Foundation
import Imaging
import MediaTypes
import Testing

@testable import Face

@Suite("Telling people apart")
struct PeopleTrackerTests {
  /// Follows the people of a painted film.
  private func people(_ film: PaintedFilm, frames: Int) throws -> People {
    var tracker = PeopleTracker(detector: film, landmarks: film, rate: Rational(25))
    for index in 0..<frames { try tracker.add(film.frame(index)) }
    return tracker.finish()
  }

  /// How often `track` lies on the person with `tone` of `film`, of the frames that show a face.
  private func share(_ track: FaceTrack, of tone: Int, in film: PaintedFilm) -> Double {
    let hits = (0..<track.frameCount).filter { index in
      guard let face = track[index] else { return false }
      let truth = film.people(index).first { $0.tone == tone }
      return truth.map {
        $0.square.center.distance(to: face.crop(Point(128, 100))) < 0.5 * $0.square.side
      }
        ?? false
    }
    return Double(hits.count) / Double(max(track.framesWithFace, 1))
  }

  @Test func `numbers follow the order of appearance, and left comes first`() throws {
    let film = PaintedFilm { index in
      let here = [PaintedFilm.Person(x: 220, tone: 2), .init(x: 90, side: 70, tone: 1)]
      return index < 30 ? here : here + [.init(x: 30, side: 40, tone: 3)]
    }
    let people = try people(film, frames: 60)
    #expect(people.persons.count == 3)
    #expect(people.persons.map(\.firstFrame)[..<2] == [0, 0])
    for tone in 1...3 { #expect(share(people.persons[tone - 1].track, of: tone, in: film) == 1) }
    #expect(try people.index(of: .largest) == 0)
    #expect(try people.index(of: .left) == 0)
    #expect(try people.index(of: .right) == 1)
    #expect(try people.index(of: .number(3)) == 2)
    #expect(try people.index(of: .looks(people.persons[1].look)) == 1)
  }

  @Test func `who crosses whom keeps the own face`() throws {
    let film = PaintedFilm { index in
      let x = 60 + 3 * Double(index)
      return [.init(x: x, tone: 1), .init(x: 320 - x, tone: 2)]
    }
    let people = try people(film, frames: 70)
    #expect(people.persons.count == 2)
    for tone in 1...2 {
      let track = people.persons[tone - 1].track
      #expect(share(track, of: tone, in: film) > 0.95 && track.framesWithFace > 35)
    }
  }

  @Test func `a person is known again after a cut`() throws {
    let film = PaintedFilm { index in
      index < 30
        ? [.init(x: 90, tone: 1), .init(x: 230, tone: 2)]
        : index < 60
          ? [.init(x: 160, side: 110, tone: 2)] : [.init(x: 230, tone: 1), .init(x: 90, tone: 2)]
    } light: {
      [100, 170, 60][$0 / 30 % 3]
    }
    let people = try people(film, frames: 90)
    #expect(people.persons.count == 2)
    #expect(people.persons[0].track.rangesWithFace == [0..<30, 60..<90])
    #expect(people.persons[1].track.framesWithFace == 90)
    for tone in 1...2 { #expect(share(people.persons[tone - 1].track, of: tone, in: film) == 1) }
  }

  @Test func `a number that nobody has tells how many there are`() throws {
    let film = PaintedFilm { _ in [.init(x: 90, tone: 1), .init(x: 230, tone: 2)] }
    let people = try people(film, frames: 10)
    for number in [0, 3, -1] {
      let error = #expect(throws: FaceError.self) { try people.track(of: .number(number)) }
      #expect(error?.description.contains("2 faces were found: use 1 to 2") == true)
      #expect(error?.exitCode == .badInput)
    }
  }

  @Test func `nobody is nobody`() throws {
    let people = try people(PaintedFilm { _ in [] }, frames: 20)
    #expect(people.persons.isEmpty)
    #expect(try people.index(of: .left) == nil)
    #expect(try people.track(of: .largest).frameCount == 20)
    #expect(throws: FaceError.noSuchPerson(number: 1, count: 0)) {
      try people.track(of: .number(1))
    }
  }

  @Test func `a look hardly changes with brightness, and differs between people`() throws {
    let film = PaintedFilm { _ in [.init(x: 90, tone: 1), .init(x: 230, tone: 2)] }
    let (frame, squares) = (film.frame(0), film.people(0).map(\.square))
    let crops = try squares.map { try #require(Landmarks.mean(in: $0).alignedCrop) }
    var brighter = frame
    for index in brighter.lumaRange {
      brighter.samples[index] = min(235, brighter.samples[index] + 12)
    }
    let looks = crops.map { FaceDescriptor(frame, crop: $0) }
    #expect(looks[0].distance(to: FaceDescriptor(brighter, crop: crops[0])) < 0.05)
    #expect(looks[0].distance(to: looks[1]) > 0.2)
  }
}
