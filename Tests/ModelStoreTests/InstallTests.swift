import Digests
import Foundation
import MediaTypes
import Synchronization
import TestSupport
import Testing
import Transfers

@testable import ModelStore

/// A hub with the files of `Workshop.pair` and of a second version that shares the detector.
private struct Hub {
  private typealias Reply = LoopbackServer.Reply

  let server: LoopbackServer
  let workshop: Workshop
  static let unet = Workshop.bytes("unet.weight", count: 50_000)
  static let detector = Workshop.bytes("detector.weight")

  init(
    sha256: String? = nil, byteCount: Int? = nil,
    _ answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Reply = Hub.files
  ) throws {
    server = try LoopbackServer(answer)
    let unet = ModelPart(
      role: .unet, title: "a UNet", licence: Workshop.free, folder: "unets",
      weights: PublishedFile(
        "unet.pth", origin: .huggingFace(repository: "maker/pair", path: "v1/unet.pth"),
        byteCount: byteCount, sha256: sha256),
      configuration: Workshop.unet.configuration, telltale: "unet.weight")
    let detector = ModelPart(
      role: .faceDetector, title: "a detector",
      licence: Licence("none stated", commercialUse: .unclear), folder: "detector",
      weights: PublishedFile(
        "detector.pth", origin: .web(url: "\(server.url)/files/detector.pth")),
      telltale: "detector.weight")
    let byHand = ModelPart(
      role: .vae, title: "a VAE", licence: Workshop.free, folder: "vae",
      weights: PublishedFile("vae.pth", origin: .byHand(page: "https://drive.test/vae")),
      telltale: "vae.weight")
    var workshop = try Workshop(models: [
      Workshop.embedded,
      PublishedModel(name: "pair", summary: "", parts: [unet, detector]),
      PublishedModel(name: "single", summary: "", parts: [detector]),
      PublishedModel(name: "manual", summary: "", parts: [byHand]),
      PublishedModel(name: "later", summary: "", isRunnable: false, parts: [unet]),
    ])
    workshop.environment["HF_ENDPOINT"] = server.url + "/"
    self.workshop = workshop
  }

  static func files(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    switch request.path {
    case "/maker/pair/resolve/main/v1/unet.pth": .file(unet, for: request)
    case "/maker/pair/resolve/main/v1/unet.json": .file(Data("{}".utf8), for: request)
    case "/files/detector.pth": .file(detector, for: request)
    default: .init(404)
    }
  }

  var store: ModelStore { workshop.store }

  func installer(
    _ report: @escaping @Sendable (InstallEvent) -> Void = { _ in }
  ) -> ModelInstaller {
    ModelInstaller(
      store, patience: .init(connectSeconds: 10, stallSeconds: 5, retryDelays: [0.01]),
      report: report)
  }

  @discardableResult
  func install(_ name: String = "pair") throws -> InstalledModel {
    try installer().install(installer().plan(name))
  }

  func path(_ name: String) -> String { "\(store.folder)/\(name)" }
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}

@Suite struct InstallTests {
  @Test("a model is downloaded, recorded and found; a second time nothing is downloaded")
  func install() throws {
    let hub = try Hub()
    let events = Mutex<[InstallEvent]>([])
    let installer = hub.installer { event in events.withLock { $0.append(event) } }
    let plan = try installer.plan("pair")
    #expect(plan.downloads.map(\.title) == ["a UNet", "a detector"])
    let model = try installer.install(plan)
    #expect(try model.weights(.unet) == hub.path("unets/unet.pth"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: model.weights(.unet))) == Hub.unet)
    #expect(model.identity?.contains("\nface-detector ") == true)
    let names = try FileManager.default.subpathsOfDirectory(atPath: hub.store.folder).sorted()
    #expect(
      names == [
        "detector", "detector/detector.pth", "lock", "pair.json", "unets", "unets/unet.json",
        "unets/unet.pth",
      ])
    #expect(
      try hub.store.status(of: hub.store.published("pair"))
        == .installed(byteCount: Hub.unet.count + 2 + Hub.detector.count))
    let unetPath = hub.path("unets/unet.pth")
    #expect(
      events.withLock { events in
        events.contains { if case .downloading(unetPath, _, nil) = $0 { true } else { false } }
          && events.contains(.progress(byteCount: Hub.unet.count))
      })
    #expect(try hub.installer().plan("pair").downloads.isEmpty)
    try hub.install("single")
    #expect(hub.server.requests.count == 3)
  }

  @Test("what was cut off goes on in the next run, after a kill too")
  func resumed() throws {
    let isCut = Mutex(true)
    let hub = try Hub { request in
      var reply = Hub.files(request)
      if request.path.hasSuffix("unet.pth"), isCut.withLock({ $0 }) {
        reply.cutAfter = request.rangeStart == nil ? 1000 : 0
      }
      return reply
    }
    let error = try #require(throws: InstallError.self) { try hub.install() }
    #expect(error.exitCode == .inputOutputError)
    #expect(error.description.contains("\(hub.path("unets/unet.pth")) from \(hub.server.url)"))
    #expect(hub.has("unets/unet.pth.part") && !hub.has("pair.json"))
    #expect(throws: ModelStoreError.self) { try hub.store.locate("pair") }
    isCut.withLock { $0 = false }
    try hub.install()
    #expect(hub.server.requests.contains { $0.rangeStart == 1000 })
    #expect(try hub.store.verify("pair").allSatisfy { $0.problem == nil })
  }

  @Test("a wrong checksum, a page or a pointer deletes the download and says what it was")
  func wrongDownloads() throws {
    let wrong = String(repeating: "0", count: 64)
    let digest = try Hub(sha256: wrong)
    let error = try #require(throws: InstallError.self) { try digest.install() }
    #expect(error.exitCode == .modelNotInstalled)
    #expect(error.description.contains("instead of \(wrong)"))
    #expect(!digest.has("unets/unet.pth") && !digest.has("unets/unet.pth.part"))

    for (text, words) in [
      ("version https://git-lfs.github.com/spec/v1\noid x\n", "git-LFS pointer"),
      ("<!DOCTYPE html><html></html>", "web page"),
    ] {
      let hub = try Hub { request in
        request.path.hasSuffix("unet.pth")
          ? .init(200, body: Data(text.utf8)) : Hub.files(request)
      }
      let error = try #require(throws: InstallError.self) { try hub.install() }
      #expect(error.description.contains(words))
      #expect(!hub.has("unets/unet.pth.part"))
    }
    let announced = try Hub { request in
      var reply = Hub.files(request)
      reply.headers.append("X-Linked-ETag: \"\(wrong)\"")
      return reply
    }
    #expect(throws: InstallError.self) { try announced.install() }
    let other = try Hub { request in
      request.path.hasSuffix("unet.pth") ? .file(Hub.detector, for: request) : Hub.files(request)
    }
    let foreign = try #require(throws: InstallError.self) { try other.install() }
    #expect(foreign.description.contains("it should be the weights of a UNet"))
  }

  @Test("a size other than the table's is refused before it is downloaded")
  func wrongSize() throws {
    let hub = try Hub(byteCount: 10)
    let error = try #require(throws: InstallError.self) { try hub.install() }
    #expect(error.description.contains("\(Hub.unet.count) bytes instead of 10"))
  }

  @Test("refusals say what to do", arguments: [(401, "set HF_TOKEN"), (404, "it is gone")])
  func refusals(status: Int, words: String) throws {
    let hub = try Hub { _ in .init(status) }
    let error = try #require(throws: InstallError.self) { try hub.install() }
    #expect(error.description.contains(words) && error.exitCode == .modelNotInstalled)
  }

  @Test("the token goes to the hub and to nobody else")
  func token() throws {
    var hub = try Hub()
    var workshop = hub.workshop
    workshop.environment["HF_TOKEN"] = "secret"
    _ = try ModelInstaller(workshop.store).install(ModelInstaller(workshop.store).plan("pair"))
    let tokens = Dictionary(
      uniqueKeysWithValues: hub.server.requests.map { ($0.path, $0.headers["authorization"]) })
    #expect(tokens["/maker/pair/resolve/main/v1/unet.pth"] == "Bearer secret")
    #expect(tokens["/files/detector.pth"] == .some(nil))
    hub = try Hub()
    try hub.workshop.put(Data("from-login\n".utf8), at: "hf/token")
    #expect(HubAddress(environment: hub.workshop.environment).token == "from-login")
  }

  @Test("offline nothing is asked, and it says which file to put where")
  func offline() throws {
    let hub = try Hub()
    var workshop = hub.workshop
    workshop.environment["HF_HUB_OFFLINE"] = "yes"
    let installer = ModelInstaller(workshop.store)
    let error = try #require(throws: InstallError.self) { try installer.plan("pair") }
    #expect(error.exitCode == .modelNotInstalled)
    #expect(
      error.description.contains(
        "put \(hub.path("unets/unet.pth")) from \(hub.server.url)/maker/pair/resolve/main/v1/"))
    try workshop.putPair(in: "home/models")
    #expect(try installer.install(installer.plan("pair")).parts.count == 2)
    #expect(hub.server.requests.isEmpty)
  }

  @Test("a file that no program can download says from where and to where")
  func byHand() throws {
    let hub = try Hub()
    let error = try #require(throws: InstallError.self) { try hub.installer().plan("manual") }
    #expect(error.description.contains("\(hub.path("vae/vae.pth")) from https://drive.test/vae"))
    try hub.workshop.put(Workshop.weights("vae.weight"), at: "home/models/vae/vae.pth")
    #expect(try hub.install("manual").weights(.vae) == hub.path("vae/vae.pth"))
  }

  @Test("what this version can't run, or has in it, is not installed")
  func notInstallable() throws {
    let hub = try Hub()
    #expect(throws: ModelStoreError.notRunnable(name: "later")) {
      try hub.installer().plan("later")
    }
    #expect(throws: ModelStoreError.embedded(name: "mini")) { try hub.installer().plan("mini") }
  }

  @Test("a folder is imported in place; the wrong one says what is wrong")
  func imported() throws {
    let hub = try Hub()
    try hub.workshop.putPair(in: "mine")
    let folder = hub.workshop.temporary.file("mine")
    let installer = ModelInstaller(hub.store, folders: [folder], mayDownload: false)
    let model = try installer.install(installer.plan("pair"))
    #expect(try model.weights(.unet) == "\(folder)/unets/unet.pth")
    #expect(!hub.has("unets") && hub.server.requests.isEmpty)
    try hub.workshop.put(Data("{".utf8), at: "mine/unets/unet.json")
    let broken = try #require(throws: ModelStoreError.self) {
      try installer.install(installer.plan("pair"))
    }
    #expect(broken.description.contains("mine/unets/unet.json: it is not a JSON object"))
    #expect(broken.exitCode == .badInput)
    let empty = ModelInstaller(
      hub.store, folders: [hub.workshop.temporary.path + "/hf"],
      mayDownload: false)
    let missing = try #require(throws: ModelStoreError.self) { try empty.plan("pair") }
    #expect(missing.exitCode == .modelNotInstalled)
  }

  @Test("what lies damaged in the store is replaced, what changed is found by verify")
  func damaged() throws {
    let hub = try Hub()
    try hub.install()
    var bytes = Hub.unet
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: hub.path("unets/unet.pth")))
    let problems = try hub.store.verify("pair").filter { $0.problem != nil }
    #expect(problems.map(\.path) == [hub.path("unets/unet.pth")])
    try Data("<html>".utf8).write(to: URL(fileURLWithPath: hub.path("unets/unet.pth")))
    #expect(throws: ModelStoreError.damaged(model: "pair", files: [hub.path("unets/unet.pth")])) {
      try hub.store.locate("pair")
    }
    try hub.install()
    #expect(try hub.store.verify("pair").allSatisfy { $0.problem == nil })
  }

  @Test("removing keeps what other models use and what lies elsewhere")
  func removed() throws {
    let hub = try Hub()
    try hub.install()
    try hub.install("single")
    #expect(
      try hub.store.remove("pair").sorted() == ["json", "pth"].map { hub.path("unets/unet.\($0)") })
    #expect(hub.has("detector/detector.pth") && !hub.has("unets"))
    #expect(throws: ModelStoreError.self) { try hub.store.remove("pair") }
    _ = try hub.store.remove("single")
    #expect(!hub.has("detector"))
    try hub.workshop.putPair(in: "mine")
    let folder = hub.workshop.temporary.file("mine")
    let installer = ModelInstaller(hub.store, folders: [folder], mayDownload: false)
    _ = try installer.install(installer.plan("pair"))
    #expect(try hub.store.remove("pair") == [])
    #expect(FileManager.default.fileExists(atPath: "\(folder)/unets/unet.pth"))
  }

  @Test("commercial use is refused by name where it is not clearly allowed")
  func commercial() throws {
    let hub = try Hub()
    #expect(
      throws: InstallError.notForCommerce(model: "pair", parts: ["a detector (unclear)"])
    ) { try hub.installer().plan("pair").checkCommercialUse() }
    #expect(try hub.installer().plan("pair").needsAcceptance)
  }

  @Test("two installations don't mix, and a home that can't be made is an error")
  func places() throws {
    let hub = try Hub()
    try SafeFile.makeFolder(hub.store.folder)
    let lock = try StoreLock(hub.store.folder)
    #expect(throws: ModelStoreError.locked(path: hub.store.folder)) { try hub.install() }
    lock.release()
    try hub.install()
    var workshop = try Workshop(models: hub.workshop.models)
    try workshop.put(Data(), at: "file")
    workshop.environment["AVATAR_HOME"] = workshop.temporary.file("file/home")
    let installer = ModelInstaller(workshop.store, folders: [hub.store.folder])
    let error = try #require(throws: ModelStoreError.self) {
      try installer.install(installer.plan("pair"))
    }
    #expect(error.exitCode == .cannotCreateOutput)
  }

  @Test("stopping keeps what came")
  func stopped() throws {
    let hub = try Hub { request in
      var reply = Hub.files(request)
      if request.path.hasSuffix("unet.pth") { reply.stallAfter = 1000 }
      return reply
    }
    let start = ContinuousClock.now
    let installer = ModelInstaller(
      hub.store, isCancelled: { ContinuousClock.now - start > .milliseconds(300) })
    #expect(throws: DownloadError.cancelled) { try installer.install(installer.plan("pair")) }
    #expect(hub.has("unets/unet.pth.part") && !hub.has("pair.json"))
  }
}

@Suite struct ModelTableTests {
  @Test("every model's entries are whole and agree with each other")
  func table() throws {
    let models = ModelTable.models
    #expect(
      models.map(\.name) == [
        "mini", "musetalk-1.5", "musetalk-1.0", "musev", "musev-referencenet",
        "musev-referencenet-pose", "ip-adapter_sd15", "ip-adapter_sd15_light",
        "ip-adapter-plus_sd15", "ip-adapter-plus-face_sd15", "ip-adapter-full-face_sd15",
        "ip-adapter-faceid_sd15",
        "ip-adapter-faceid-plus_sd15", "ip-adapter-faceid-plusv2_sd15",
      ] + ModelTable.controlNets.map(\.name))
    var places: [String: PublishedFile] = [:]
    for part in models.flatMap(\.parts) {
      #expect(!part.telltale.isEmpty && !part.licence.name.isEmpty)
      for file in part.files {
        let path = part.path(of: file)
        #expect(places[path] == nil || places[path] == file, "\(path) is two files")
        places[path] = file
        if let digest = file.sha256 {
          #expect(digest.utf8.count == 64 && digest.allSatisfy(\.isHexDigit))
        }
      }
    }
    for name in ["musetalk-1.5", "musetalk-1.0"] {
      let parts = models.first { $0.name == name }!.parts
      #expect(
        Set(parts.map(\.role))
          == [.unet, .vae, .whisper, .landmarks, .faceDetector, .faceParser])
    }
    for model in models {
      let isForbidden = model.purpose == .video || model.name.contains("faceid")
      #expect((model.commercialUse == .forbidden) == isForbidden, "\(model.name)")
    }
    for model in ModelTable.controlNets {
      #expect(model.parts.map(\.role) == [.controlNet] && model.name.hasPrefix("control_v11"))
    }
  }
}
