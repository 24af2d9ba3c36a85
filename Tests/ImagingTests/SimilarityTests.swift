import Foundation
import Imaging
import Testing

@Suite("Similarity")
struct SimilarityTests {
  static let samples = [
    Similarity.identity, Similarity(scale: 2.5, radians: 0.7, shift: Point(-30, 12)),
    Similarity(scale: 0.03, radians: -3, shift: Point(900, 700)),
  ]

  @Test("the inverse undoes the transform", arguments: samples)
  func inverse(_ transform: Similarity) {
    for point in [Point(0, 0), Point(123.4, -5), Point(-7, 800)] {
      #expect(transform.inverse(transform(point)).distance(to: point) < 1e-9)
      #expect(transform(transform.inverse(point)).distance(to: point) < 1e-9)
    }
  }

  @Test("composition applies the first transform first")
  func composition() {
    let (turn, move) = (Self.samples[1], Self.samples[2])
    let point = Point(3, 4)
    #expect(turn.followed(by: move)(point).distance(to: move(turn(point))) < 1e-9)
  }

  @Test("a quarter turn takes the x axis to the y axis, and keeps lengths times the scale")
  func rotation() {
    let turn = Similarity(scale: 2, radians: .pi / 2)
    #expect(turn(Point(1, 0)).distance(to: Point(0, 2)) < 1e-12)
    #expect(abs(turn.scale - 2) < 1e-12)
    #expect(abs(turn.radians - .pi / 2) < 1e-12)
  }

  @Test("least squares finds the transform that made the pairs", arguments: samples)
  func fitting(_ transform: Similarity) throws {
    let points = [Point(0, 0), Point(10, 1), Point(3, 9), Point(-4, 6)]
    let fit = try #require(Similarity.fitting(points, to: points.map { transform($0) }))
    for point in points { #expect(fit(point).distance(to: transform(point)) < 1e-9) }
  }

  @Test("least squares leaves no gain from small changes, weights included")
  func fittingIsOptimal() throws {
    let source = [Point(0, 0), Point(10, 0), Point(10, 10), Point(0, 12)]
    let target = [Point(5, 5), Point(24, 7), Point(22, 30), Point(1, 27)]
    let weights = [1.0, 2, 0.5, 3]
    let fit = try #require(Similarity.fitting(source, to: target, weights: weights))
    func cost(_ transform: Similarity) -> Double {
      (0..<4).reduce(0) {
        let miss = transform(source[$1]).distance(to: target[$1])
        return $0 + weights[$1] * miss * miss
      }
    }
    for step in [-1e-3, 1e-3] {
      for path in [\Similarity.a, \.b, \.shiftX, \.shiftY] {
        var other = fit
        other[keyPath: path] += step
        #expect(cost(other) > cost(fit))
      }
    }
  }

  @Test("coincident points, no points and infinite points determine nothing")
  func degenerate() {
    let same = [Point(1, 1), Point(1, 1)]
    #expect(Similarity.fitting(same, to: [Point(0, 0), Point(5, 5)]) == nil)
    #expect(Similarity.fitting([Point(0, 0), Point(5, 5)], to: same) == nil)
    #expect(Similarity.fitting([], to: []) == nil)
    #expect(Similarity.fitting([Point(0, 0), Point(.infinity, 5)], to: same) == nil)
    #expect(!Similarity(a: .nan, b: 0, shiftX: 0, shiftY: 0).isInvertible)
  }

  @Test("overlap is 1 for equal boxes, 0 apart, a third for halves")
  func overlap() {
    let box = Rectangle(left: 0, top: 0, width: 10, height: 10)
    let half = Rectangle(left: 5, top: 0, width: 10, height: 10)
    #expect(box.overlap(with: box) == 1)
    #expect(abs(box.overlap(with: half) - 1.0 / 3) < 1e-12)
    #expect(box.overlap(with: Rectangle(left: 20, top: 0, width: 5, height: 5)) == 0)
  }
}
