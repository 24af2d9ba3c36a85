import CKernels

/// How a shape's elements lie in memory: the distance of neighbours along each axis.
struct StridedView {
  var sizes: [Int]
  var strides: [Int]
  var offset = 0

  init(sizes: [Int], strides: [Int], offset: Int = 0) {
    self.sizes = sizes
    self.strides = strides
    self.offset = offset
  }

  /// As tensors are laid out on the host.
  init(rowMajor shape: [Int]) { self.init(sizes: shape, strides: shape.rowMajorStrides) }

  /// As values are laid out while a program runs.
  init(inMemory shape: [Int]) { self.init(sizes: shape, strides: shape.memoryStrides) }

  /// The elements from `start` on, `count` of them, along an axis.
  func slice(axis: Int, start: Int, count: Int) -> StridedView {
    var result = self
    result.sizes[axis] = count
    result.offset += start * strides[axis]
    return result
  }

  /// The axes in another order.
  func permuted(_ order: [Int]) -> StridedView {
    StridedView(
      sizes: order.map { sizes[$0] }, strides: order.map { strides[$0] }, offset: offset)
  }

  /// Axis `axis` as several axes of the given sizes, outer ones first.
  func split(axis: Int, into parts: [Int]) -> StridedView {
    var result = self
    result.sizes.replaceSubrange(axis...axis, with: parts)
    result.strides.replaceSubrange(
      axis...axis, with: parts.rowMajorStrides.map { $0 * strides[axis] })
    return result
  }
}

/// Axes of several views over the same elements, merged and ordered for loops.
struct LoopNest {
  private(set) var sizes: [Int]
  /// For each view, its strides along `sizes`.
  private(set) var strides: [[Int]]

  /// Drops axes of size 1 and merges neighbours that every view steps through evenly.
  init(_ views: [StridedView]) {
    sizes = []
    strides = views.map { _ in [] }
    for axis in views[0].sizes.indices where views[0].sizes[axis] > 1 {
      let size = views[0].sizes[axis]
      let steps = views.map { $0.strides[axis] }
      let isEven = zip(strides, steps).allSatisfy { $0.last == $1 * size }
      if let outer = sizes.last, isEven {
        sizes[sizes.count - 1] = outer * size
        for view in views.indices { strides[view][sizes.count - 1] = steps[view] }
      } else {
        sizes.append(size)
        for view in views.indices { strides[view].append(steps[view]) }
      }
    }
  }

  /// Splits a single axis into parts that several threads can share.
  mutating func splitForThreads() {
    guard sizes.count == 1 else { return }
    let part = min(1 << sizes[0].trailingZeroBitCount, 8192)
    guard part >= 256, sizes[0] > part else { return }
    sizes = [sizes[0] / part, part]
    strides = strides.map { [$0[0] * part, $0[0]] }
  }

  /// Makes a longer axis the innermost where that one is too short for a loop.
  mutating func lengthenInnermost() {
    guard let last = sizes.last, last < 16, sizes.count > 1 else { return }
    let longest = sizes.indices.dropFirst().max { sizes[$0] < sizes[$1] } ?? sizes.count - 1
    guard sizes[longest] >= 4 * last else { return }
    let order = sizes.indices.filter { $0 != longest } + [longest]
    sizes = order.map { sizes[$0] }
    strides = strides.map { strides in order.map { strides[$0] } }
  }

  /// Sizes or strides as the kernels take them: six, the first outermost, the last innermost.
  static func six(_ values: [Int], filler: Int64) -> (Int64, Int64, Int64, Int64, Int64, Int64) {
    let values = values.map(Int64.init)
    let outer = values.count > 1 ? values.prefix(1) : []
    let inner = values.dropFirst(outer.count)
    let padded =
      outer + Array(repeating: filler, count: 6 - values.count) + inner
    return (padded[0], padded[1], padded[2], padded[3], padded[4], padded[5])
  }

  /// How many steps of the outermost axis one task takes, and how many tasks that makes.
  var division: (perTask: Int64, tasks: Int64) {
    guard sizes.count > 1 else { return (1, 1) }
    let inner = sizes.dropFirst().reduce(1, *)
    let perTask = max(1, min(sizes[0], 16384 / inner))
    return (Int64(perTask), Int64((sizes[0] + perTask - 1) / perTask))
  }
}

/// A copy kernel's context without addresses.
struct CopyStep {
  var context: CKernels_copy
  var tasks: Int64
  var inputOffset: Int
  var outputOffset: Int
}

/// The copy from one view to another of the same sizes.
func makeCopy(from source: StridedView, to target: StridedView) -> CopyStep {
  let order = target.sizes.indices.sorted { target.strides[$0] > target.strides[$1] }
  var nest = LoopNest([source.permuted(order), target.permuted(order)])
  nest.lengthenInnermost()
  nest.splitForThreads()
  precondition(nest.sizes.count <= 6, "copies have at most six axes")
  var context = CKernels_copy()
  context.sizes = LoopNest.six(nest.sizes, filler: 1)
  context.input_strides = LoopNest.six(nest.strides[0], filler: 0)
  context.output_strides = LoopNest.six(nest.strides[1], filler: 0)
  context.per_task = nest.division.perTask
  return CopyStep(
    context: context, tasks: nest.division.tasks, inputOffset: source.offset,
    outputOffset: target.offset)
}
