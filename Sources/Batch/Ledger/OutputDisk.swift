import Glibc

/// A file system that outputs of a plan would be written to.
public struct OutputDisk: Sendable, Hashable {
  /// A folder on it: where the first of the outputs goes, or the nearest one above that is there.
  public var folder: String
  public var freeByteCount: Int
  /// Jobs ahead that write to it.
  public var jobCount: Int

  /// The file systems of the outputs of jobs that are ahead, in the plan's order.
  public static func all(of plan: BatchPlan) -> [OutputDisk] {
    var disks: [OutputDisk] = []
    var places: [dev_t: Int] = [:]
    var devices: [String: dev_t] = [:]
    for job in plan.jobs where job.willRun {
      let folder = BatchRun.existingFolder(above: job.specification.output)
      guard let device = devices[folder] ?? device(of: folder) else { continue }
      devices[folder] = device
      if let place = places[device] {
        disks[place].jobCount += 1
      } else if let free = RunnerEnvironment.freeByteCount(folder) {
        places[device] = disks.count
        disks.append(OutputDisk(folder: folder, freeByteCount: free, jobCount: 1))
      }
    }
    return disks
  }

  private static func device(of folder: String) -> dev_t? {
    var information = stat()
    return stat(folder, &information) == 0 ? information.st_dev : nil
  }
}
