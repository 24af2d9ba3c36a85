import TestSupport
import Testing

/// What `avatar generate` says about control options that can't be meant, before any work.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct GenerateControlTests {
  @Test(
    arguments: [
      (["--control", "sketch=a"], "write it as KIND=FOLDER, where KIND is one of pose, canny"),
      (["--control", "pose=a:11"], "use a strength of 0 to 10"),
      (["--control", "pose=a:1:0.6-0.2"], "0-0.6"),
      (["--control-image", "a.png"], "name the ControlNet that is to look at it with --control"),
      (
        ["--control", "map=a", "--control-image", "a.png", "--control-image", "b.png"],
        "give one, for the one ControlNet"
      ),
      (["--no-sound"], "name the clip with --video"),
      (
        ["--video", "a.mp4", "--no-sound", "--audio", "a.wav"],
        "takes the place of the clip's sound"
      ),
      (["--restage"], "name the clip with --video"),
      (["--video", "a.mp4", "--video-strength", "1.5"], "--video-strength 1.5: use 0 to 1"),
      (["--pose-sheet", "a.png"], "name the clip with --video"),
      (["--pose-parts", "body,feet"], "use one or more of body, hands and face"),
      (["--guess-mode"], "name a ControlNet with --control"),
    ])
  func `options that go with nothing are refused`(arguments: [String], words: String) throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun.run(
      ["generate", "--prompt", "x", "-o", "a.mp4"] + arguments, in: folder.url)
    #expect(run.status == 64, "\(run.standardError)")
    #expect(run.standardError.contains(words), "\(run.standardError)")
    #expect(run.standardError.split(separator: "\n").count == 1 && folder.names.isEmpty)
  }

  @Test func `mini takes no controls`() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun.run(
      ["generate", "--image", "a.png", "--control", "canny=a", "-o", "a.mp4"], in: folder.url)
    #expect(run.status == 64 && run.standardError.contains("--control: mini moves"))
  }
}
