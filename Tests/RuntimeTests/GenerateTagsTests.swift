import Diffusion
import MediaTypes
import Testing

@testable import Runtime

/// The command that generated files carry.
@Suite struct GenerateTagsTests {
  private func command(_ request: GenerateRequest) -> String {
    GenerateTags(request: request, precision: "fp32").entries(contentID: "1")[OutputTags.command]
      ?? ""
  }

  @Test func `flags of controls are recorded as flags`() throws {
    var request = GenerateRequest(output: "a.mp4")
    request.base = "sd15"
    request.control.video = "clip.mp4"
    (request.control.restages, request.control.guesses) = (true, true)
    request.control.leavesSoundOut = true
    let words = command(request).split(separator: " ")
    #expect(words.contains("--restage") && words.contains("--guess-mode"))
    #expect(words.contains("--no-sound"))
    #expect(command(request).contains("--video clip.mp4"))
  }

  @Test func `a size that can't be asked for is left out`() {
    var request = GenerateRequest(output: "a.mp4")
    request.size = (600, 894)
    #expect(!command(request).contains("--size"))
    request.size = (600, 896)
    #expect(command(request).contains("--size 600x896"))
  }
}
