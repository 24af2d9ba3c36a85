import Batch
import Foundation
import Testing

@Suite struct JobSpecificationTests {
  @Test("a specification survives JSON with every kind of value")
  func survivesJSON() throws {
    var job = JobSpecification(
      name: "intro",
      steps: [
        JobStep(
          kind: "speak",
          options: [
            "audio": .text("/songs/a.wav"), "crf": .integer(20), "strength": .number(0.5),
            "require_face": .flag(true), "fps": .text("30000/1001"),
          ])
      ], output: "/out/intro.mp4")
    job.needs = ["logo"]
    job.attemptTimeoutSeconds = 90
    job.labels = ["team": "news"]
    let data = try JSONEncoder().encode(job)
    #expect(try JSONDecoder().decode(JobSpecification.self, from: data) == job)
  }
}
