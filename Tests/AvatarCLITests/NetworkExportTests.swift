import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct NetworkExportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("prints the file's name, or a report of what it holds")
  func writes() throws {
    let arguments = ["taesd-decoder", "--random", "--shapes", "latents=1x4x2x3", "-o"]
    let run = try CommandRun.run(["network", "export"] + arguments + ["net.onnx"], in: folder.url)
    #expect(run.status == 0 && run.standardOutput == "net.onnx\n" && run.standardError.isEmpty)
    let json = try CommandRun.run(
      ["network", "export"] + arguments + ["two.onnx", "--json"], in: folder.url)
    let report = try #require(
      JSONSerialization.jsonObject(with: Data(json.standardOutput.utf8)) as? [String: Any])
    #expect(report["output"] as? String == "two.onnx" && report["opset"] as? Int == 17)
    #expect(report["outputs"] as? [String: [Int]] == ["image": [1, 3, 16, 24]])
    let again = try CommandRun.run(
      ["network", "export"] + arguments + ["net.onnx"], in: folder.url)
    #expect(again.status == 73 && again.standardError.contains("--force"))
    #expect(folder.names == ["net.onnx", "two.onnx"])
  }

  @Test(
    "wrong usage: one line, exit code 64, no file",
    arguments: [
      ["taesd-decoder", "--random", "-o", "net.bin"], ["taesd-decoder", "-o", "net.onnx"],
      ["taesd-decoder", "--random", "--weights", "x", "-o", "net.onnx"],
      ["taesd-decoder", "--random", "--shapes", "latents=1x4x0x2", "-o", "net.onnx"],
      ["taesd-decoder", "--random", "--shapes", "latents", "-o", "net.onnx"],
      ["taesd-decoder", "--random", "--shapes", "latents=1x4x2x2,latents=1x4x2x2", "-o", "n.onnx"],
      ["taesd-decoder", "--random", "--shapes", "other=1x4x2x2", "-o", "net.onnx"],
      ["taesd-decoder", "--random", "--shapes", "", "-o", "net.onnx"],
      ["mini-painter", "--random", "-o", "net.onnx"], ["unheard-of", "-o", "net.onnx"],
    ])
  func usage(arguments: [String]) throws {
    let run = try CommandRun.run(["network", "export"] + arguments, in: folder.url)
    #expect(run.status == 64, "\(run.standardError)")
    #expect(run.standardError.hasPrefix("avatar: error: ") && run.standardOutput.isEmpty)
    #expect(run.standardError.split(separator: "\n").count == 1)
    #expect(folder.names.isEmpty)
  }
}
