import MediaTypes

/// Which disks have room for further outputs: jobs of full ones wait, the others go on.
struct RoomWatch {
  private let environment: RunnerEnvironment
  private let minimumFreeByteCount: Int
  /// By the folders of outputs, for one look through the queue: nil for those with room.
  private var looked: [String: String?] = [:]
  private var toldDisks: Set<String> = []
  /// Folders without room that the last look came upon, one a disk.
  private(set) var fullFolders: [String] = []

  init(_ environment: RunnerEnvironment, minimumFreeByteCount: Int) {
    self.environment = environment
    self.minimumFreeByteCount = minimumFreeByteCount
  }

  /// Begins a look through the queue.
  mutating func begin() {
    looked = [:]
    fullFolders = []
  }

  /// Whether `output` may be begun; `tell` hears of a disk without room the first time.
  mutating func hasRoom(for output: String, tell: (_ folder: String) -> Void) -> Bool {
    let place = FilePath.folder(of: output)
    if let known = looked[place] { return known == nil }
    let folder = fullFolder(of: output, below: minimumFreeByteCount)
    looked[place] = .some(folder)
    guard let folder else { return true }
    let disk = disk(of: folder)
    if !fullFolders.contains(where: { self.disk(of: $0) == disk }) { fullFolders.append(folder) }
    if toldDisks.insert(disk).inserted { tell(folder) }
    return false
  }

  /// Whether a job in work should end with its segment: those in work fit into what is kept free, the next ones may not.
  mutating func isRunningOut(for output: String, tell: (_ folder: String) -> Void) -> Bool {
    guard let folder = fullFolder(of: output, below: minimumFreeByteCount / 2) else {
      return false
    }
    if toldDisks.insert(disk(of: folder)).inserted { tell(folder) }
    return true
  }

  private func fullFolder(of output: String, below limit: Int) -> String? {
    let folder = environment.folder(output)
    guard let free = environment.freeByteCount(folder), free < limit else { return nil }
    return folder
  }

  private func disk(of folder: String) -> String {
    environment.device(folder).map { "\($0)" } ?? folder
  }
}
