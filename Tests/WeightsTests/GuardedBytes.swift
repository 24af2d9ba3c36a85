import Compute
import Glibc
import MediaTypes

@testable import Weights

/// Bytes that end where memory may not be read: whoever reads behind them ends the program.
func withGuardedBytes<Result>(
  _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws -> Result
) rethrows -> Result {
  let page = sysconf(Int32(_SC_PAGESIZE))
  let room = (bytes.count + page - 1) / page * page
  let start = mmap(
    nil, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
  defer { munmap(start, room + page) }
  mprotect(start + room, page, PROT_NONE)
  let first = start + room - bytes.count
  first.copyMemory(from: bytes, byteCount: bytes.count)
  return try body(UnsafeRawBufferPointer(start: first, count: bytes.count))
}

/// What the reader says about a file of `bytes`, nil if it accepts it and can read every tensor.
func complaint(_ bytes: [UInt8]) -> String? {
  withGuardedBytes(bytes) { region in
    do throws(WeightsError) {
      let checkpoint = try Checkpoint(staticBytes: region, name: "model")
      for key in checkpoint.keys where checkpoint.info(key)!.type.isReadable {
        let tensor = try checkpoint.tensor(key)
        precondition(tensor.values.count == tensor.shape.reduce(1, *))
      }
      return nil
    } catch {
      precondition(error.exitCode == .badInput && !error.description.contains("\n"))
      return error.description
    }
  }
}

/// The largest number of bytes that the process has held in memory so far.
var peakResidentByteCount: Int {
  var usage = rusage()
  getrusage(RUSAGE_SELF.rawValue, &usage)
  return usage.ru_maxrss * 1024
}
