import Imaging
import MediaTypes

/// Puts tracklets together to people: who is whom before and after a crossing, a gap or a cut.
///
/// The sure and long ones come first. A tracklet goes to the person it looks like most, a little less strictly
/// where that person was just seen at the same place, unless that person is seen elsewhere at that time.
struct PersonLinker {
  /// Looks further apart than this are not one person's.
  private static let largestDistance: Float = 0.14
  /// How much nearer looks count after a short gap at the same place.
  private static let placeBonus: Float = 0.05

  let rate: Rational
  let settings: FaceTracker.Settings
  /// The shot of every frame.
  let shots: [Int]

  private struct Candidate {
    var tracklets: [Tracklet]
    var look: FaceDescriptor
    var frameCount: Int
  }

  func people(_ tracklets: [Tracklet]) -> People {
    var candidates: [Candidate] = []
    let sure = tracklets.filter { !$0.isInContact }
    for tracklet in sure.sorted(by: isSurer) + tracklets.filter(\.isInContact) {
      if let best = best(for: tracklet, among: candidates) {
        candidates[best].tracklets.append(tracklet)
        guard !tracklet.isInContact else { continue }
        let count = tracklet.landmarks.count
        candidates[best].frameCount += count
        candidates[best].look.blend(
          towards: tracklet.look, by: Float(count) / Float(candidates[best].frameCount))
      } else if !tracklet.isInContact {
        candidates.append(
          Candidate(
            tracklets: [tracklet], look: tracklet.look, frameCount: tracklet.landmarks.count))
      }
    }
    let shortest = min(shots.count, Int((rate.value / 5).rounded(.up)))
    return People(
      frameCount: shots.count,
      persons: candidates.filter { $0.frameCount >= shortest }.map(person).sorted(by: isEarlier))
  }

  /// Longer first, then earlier, then further left: an order that does not depend on chance.
  private func isSurer(_ a: Tracklet, _ b: Tracklet) -> Bool {
    (-a.landmarks.count, a.firstFrame, a.square.center.x)
      < (-b.landmarks.count, b.firstFrame, b.square.center.x)
  }

  private func best(for tracklet: Tracklet, among candidates: [Candidate]) -> Int? {
    let limit = tracklet.isInContact ? 2 * Self.largestDistance : Self.largestDistance
    let costs = candidates.enumerated().compactMap {
      index, candidate -> (cost: Float, index: Int)? in
      guard !candidate.tracklets.contains(where: { $0.frames.overlaps(tracklet.frames) }) else {
        return nil
      }
      let bonus = candidate.tracklets.contains { isBeside($0, tracklet) } ? Self.placeBonus : 0
      let cost = candidate.look.distance(to: tracklet.look) - bonus
      return cost < limit ? (cost, index) : nil
    }
    return costs.min { $0.cost < $1.cost }?.index
  }

  /// Whether one follows the other shortly, in the same shot and about the same place.
  private func isBeside(_ a: Tracklet, _ b: Tracklet) -> Bool {
    let (first, second) = a.firstFrame < b.firstFrame ? (a, b) : (b, a)
    guard first.shot == second.shot, let from = first.landmarks.last?.square,
      let to = second.landmarks.first?.square
    else { return false }
    let gap = Double(second.firstFrame - first.frames.upperBound) / rate.value
    return gap < settings.waitSeconds && from.overlap(with: to) > 0.2
  }

  private func person(_ candidate: Candidate) -> Person {
    var samples = shots.map { TrackSample(landmarks: nil, shot: $0) }
    for tracklet in candidate.tracklets {
      for (index, landmarks) in zip(tracklet.frames, tracklet.landmarks) {
        samples[index].landmarks = landmarks
      }
    }
    let track = TrackSmoother(rate: rate, settings: settings).track(samples)
    return Person(track: track, look: candidate.look)
  }

  private func isEarlier(_ a: Person, _ b: Person) -> Bool {
    (a.firstFrame, a.firstPlace) < (b.firstFrame, b.firstPlace)
  }
}
