import Foundation
import TestSupport
import Testing

@Suite struct ModelsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(
    _ arguments: String..., environment: [String: String] = [:], interruptAfter: Double? = nil
  ) throws -> CommandRun {
    let own = [
      "AVATAR_HOME": folder.file("home"), "HF_HOME": folder.file("hf"),
      "TORCH_HOME": folder.file("torch"), "HF_TOKEN": "", "HF_HUB_CACHE": "",
      "HF_HUB_OFFLINE": "", "no_proxy": "127.0.0.1",
    ]
    return try CommandRun.run(
      ["models"] + arguments, in: folder.url,
      environment: own.merging(environment) { $1 }, interruptAfter: interruptAfter)
  }

  @Test("list and show tell terms, sizes and origins")
  func list() throws {
    let list = try run("list")
    #expect(list.status == 0)
    let lines = list.standardOutput.split(separator: "\n").map { $0.split(separator: " ") }
    func line(_ name: String) -> String {
      lines.first { $0.first == name[...] }.map { $0.dropFirst().joined(separator: " ") } ?? ""
    }
    #expect(line("musetalk-1.5").hasPrefix("not installed, 4435 MB; commercial use"))
    #expect(line("musev-referencenet").contains("commercial use forbidden"))
    #expect(try run("list", "--commercial").standardOutput.hasPrefix("mini "))
    let show = try run("show", "musetalk-1.5", "--json", environment: ["HF_ENDPOINT": "http://m/"])
    let json = try JSONSerialization.jsonObject(with: Data(show.standardOutput.utf8))
    #expect((json as? [String: Any])?["parts"] is [Any])
    #expect(show.standardOutput.contains("http://m/TMElyralab/MuseTalk/resolve/main/"))
    #expect(try run("show", "none").status == 69)
  }

  @Test("terms are shown, and need consent; --commercial refuses by name")
  func terms() throws {
    let refused = try run("install", "musetalk-1.5")
    #expect(refused.status == 64 && refused.standardOutput.isEmpty)
    #expect(refused.standardError.contains("S3FD: none stated; commercial use unclear"))
    #expect(refused.standardError.contains("then add --yes"))
    let commercial = try run("install", "musetalk-1.5", "--commercial", "--yes")
    #expect(commercial.status == 69)
    #expect(commercial.standardError.contains("not cleared for commercial use, S3FD (unclear)"))
    #expect(!FileManager.default.fileExists(atPath: folder.file("home")))
  }

  @Test("offline it says what to put where; a mirror that isn't there too")
  func offline() throws {
    let offline = try run(
      "install", "musetalk-1.0", "--yes", environment: ["HF_HUB_OFFLINE": "1"])
    #expect(offline.status == 69)
    #expect(offline.standardError.contains("put \(folder.file("home"))/models/musetalk/pytorch_"))
    let server = try LoopbackServer { _ in .init(404) }
    let gone = try run(
      "install", "musetalk-1.5", "--yes", environment: ["HF_ENDPOINT": server.url])
    #expect(gone.status == 69 && gone.standardError.contains("the server answers 404"))
    #expect(
      server.requests.map(\.path) == ["/TMElyralab/MuseTalk/resolve/main/musetalkV15/unet.pth"])
  }

  @Test("Ctrl-C keeps what came, and says so")
  func interrupted() throws {
    let server = try LoopbackServer { _ in
      var reply = LoopbackServer.Reply(200, headers: ["ETag: \"x\""], body: Data(count: 5000))
      reply.declaredLength = 3_400_074_924
      reply.stallAfter = 5000
      return reply
    }
    let stopped = try run(
      "install", "musetalk-1.5", "--yes", environment: ["HF_ENDPOINT": server.url],
      interruptAfter: 1.5)
    #expect(stopped.status == 130)
    #expect(stopped.standardError.contains("what came is kept"))
    let part = folder.file("home/models/musetalkV15/unet.pth.part")
    #expect(try Data(contentsOf: URL(fileURLWithPath: part)).count == 5000)
    #expect(try run("remove", "musetalk-1.5").standardOutput.contains(part))
    #expect(!FileManager.default.fileExists(atPath: part))
  }

  @Test("import says what a folder lacks; mini is verified by running it")
  func importAndVerify() throws {
    let empty = try run("import", folder.path)
    #expect(
      empty.status == 69
        && empty.standardError.contains("holds no model that is known: give MuseTalk's models"))
    try FileManager.default.createDirectory(
      atPath: folder.file("checkpoints/motion/musev/unet"), withIntermediateDirectories: true)
    try folder.write([1], to: "checkpoints/motion/musev/unet/config.json")
    let cut = try run("import", folder.file("checkpoints"))
    let lacking = "musev, lacking motion/musev/unet/diffusion_pytorch_model.bin"
    #expect(cut.status == 69 && cut.standardError.contains(lacking), "\(cut.standardError)")
    #expect(cut.standardError.contains("vae/sd-vae-ft-mse/diffusion_pytorch_model.bin"))
    let missing = try run("import", folder.file("nowhere"))
    #expect(missing.status == 69 && missing.standardError.contains("no model or folder"))
    #expect(try run("verify", "musetalk-1.5").status == 69)
    #expect(try run("verify", "mini").status == 64)
    let mini = try run("verify", "mini", "--run", "--json")
    #expect(mini.status == 0 && mini.standardOutput.contains("\"passed\" : true"))
    #expect(try run("remove", "mini").status == 64)
  }
}
