import CKernels

/// How a convolution 3x3 is cut into transformed squares, and the memory that takes.
///
/// Decided by the convolution's shape alone, and the choice of the transform not by the number of images
/// either, so that neither threads nor batches change a result.
struct WinogradLayout {
  /// Side of a transformed square: see `CKernels_winograd`.
  let points: Int
  let squaresHigh: Int
  let squaresWide: Int
  let squares: Int
  let groupsPerTask: Int
  let groupTasks: Int
  /// Whether all squares are transformed in a step before the products.
  let isSplit: Bool
  /// Bytes of the transformed groups: all of them if `isSplit`, else one task's.
  let transformedByteCount: Int
  /// Bytes of sums of one task.
  let sumByteCount: Int

  /// Nil where multiplying directly is better or the only way.
  init?(
    _ operation: FusedGraph.Operation, _ graph: FusedGraph, _ functions: CKernels_functions
  ) {
    guard case .plain(.convolution(let geometry)) = operation.kind else { return nil }
    let weight = graph.shapes[operation.inputs[1]]
    let output = graph.shapes[operation.output]
    let isRounded = graph.readsRoundedFactor(operation)
    guard
      let points = Self.points(
        geometry, weight: weight, output: output, upsampling: operation.upsampling,
        isRounded: isRounded)
    else { return nil }
    self.points = points
    let size = points == 6 ? 4 : 2
    let (width, depth) = (isRounded ? 2 : 4, isRounded ? (weight[1] + 1) / 2 * 2 : weight[1])
    squaresHigh = (output[2] + size - 1) / size
    squaresWide = (output[3] + size - 1) / size
    squares = output[0] * squaresHigh * squaresWide
    let rows = Int(functions.row_tile)
    let groups = (squares + rows - 1) / rows
    let groupByteCount = points * points * rows * depth * width
    let groupSumByteCount = points * points * rows * Int(functions.block_columns) * 4
    let fitting = Self.privateByteCount(isRounded: isRounded) / groupByteCount
    let total = groups * groupByteCount
    isSplit =
      total <= Self.sharedByteCount || (fitting < 2 && total <= 3 * Self.sharedByteCount)
    let weightByteCount = points * points * depth * weight[0] * width
    let least = weightByteCount <= Self.cachedWeightByteCount ? 4 : 8
    groupsPerTask = max(
      1,
      min(isSplit ? .max : max(fitting, least), Self.sumByteCountLimit / groupSumByteCount, groups))
    groupTasks = (groups + groupsPerTask - 1) / groupsPerTask
    transformedByteCount = (isSplit ? groups : groupsPerTask) * groupByteCount
    sumByteCount = groupsPerTask * groupSumByteCount
  }

  /// Bytes of scratch memory: what threads share and what each has for itself.
  func scratchByteCount(threads: Int) -> Int {
    isSplit
      ? transformedByteCount + threads * sumByteCount
      : threads * (transformedByteCount + sumByteCount)
  }

  /// All transformed squares up to this size stay in a third-level cache between two steps.
  private static let sharedByteCount = 8 << 20
  /// Weights beyond this size come from memory each time, so that tasks had better be larger.
  private static let cachedWeightByteCount = 16 << 20
  /// A task's sums share the second-level cache with its weights.
  private static let sumByteCountLimit = 400 << 10
  /// A task's transformed squares: in fp32, weights are so many that re-reading squares is the lesser evil.
  private static func privateByteCount(isRounded: Bool) -> Int { isRounded ? 400 << 10 : 6 << 20 }

  private static func points(
    _ geometry: ConvolutionGeometry, weight: [Int], output: [Int], upsampling: Int,
    isRounded: Bool
  ) -> Int? {
    guard
      geometry.groups == 1, geometry.stride == 1, geometry.dilation == 1,
      weight[2...] == [3, 3], weight[0] >= 32, weight[1] >= 32
    else { return nil }
    if upsampling == 2 { return geometry.padding == Padding(1) ? 3 : nil }
    let pixels = output[2] * output[3]
    guard upsampling == 1, pixels >= (isRounded ? 64 : 256) else { return nil }
    return isRounded ? 4 : 6
  }
}
