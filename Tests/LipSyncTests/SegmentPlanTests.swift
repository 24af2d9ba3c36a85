import LipSync
import MediaTypes
import Testing

struct SegmentPlanTests {
  @Test(arguments: [1, 2, 3, 99, 100, 101, 102, 103, 200, 1500, 1501])
  func `covers every frame once, in order`(frameCount: Int) {
    let plan = SegmentPlan(frameCount: frameCount, rate: Rational(25))
    let frames = (0..<plan.count).flatMap { Array(plan.frames(ofSegment: $0)) }
    #expect(frames == Array(0..<frameCount))
  }

  @Test func `a short tail joins the segment before`() {
    let plan = SegmentPlan(frameCount: 202, rate: Rational(25))
    #expect(plan.count == 2)
    #expect(plan.frames(ofSegment: 1) == 100..<202)
    #expect(SegmentPlan(frameCount: 203, rate: Rational(25)).count == 3)
  }
}
