// swift-tools-version: 6.2
import PackageDescription

// Applied to every Swift target.
let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

// Only for the number-crunching targets: optimised even in debug builds.
let kernels: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]
let cKernels: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off"])]

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "avatar",
  products: [.executable(name: "avatar", targets: ["AvatarCLI"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // MARK: C libraries
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CEBUR128", pkgConfig: "libebur128", providers: [.apt(["libebur128-dev"])]),
    .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(
      name: "CLibAV", pkgConfig: "libavformat",
      providers: [
        .apt(["libavformat-dev", "libavcodec-dev", "libswscale-dev", "libswresample-dev"])
      ]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libpango1.0-dev"])]),
    .target(name: "CLibAVShims", dependencies: ["CLibAV"]),
    .target(
      name: "CFaceDetector",
      cxxSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: [
        .linkedLibrary("dlib"), .linkedLibrary("blas"), .linkedLibrary("lapack"),
        .linkedLibrary("m"),
      ]),
    .target(
      name: "CLettering", dependencies: ["CCairo"],
      // Pango's own pkg-config entry has -pthread, which SwiftPM warns of in every build.
      cSettings: [
        .unsafeFlags(["-O2"] + ["pango-1.0", "harfbuzz", "fribidi"].map { "-I/usr/include/\($0)" })
      ],
      linkerSettings: [
        .linkedLibrary("pangocairo-1.0"), .linkedLibrary("pango-1.0"),
        .linkedLibrary("gobject-2.0"), .linkedLibrary("glib-2.0"), .linkedLibrary("fontconfig"),
        .linkedLibrary("m"),
      ]),
    .target(name: "CKernels", cSettings: cKernels),
    .target(name: "CMini"),

    // MARK: Foundations
    .target(name: "MediaTypes"),
    .target(name: "Digests", dependencies: ["MediaTypes", "CCrypto"]),
    .target(
      name: "Compute",
      dependencies: ["MediaTypes", "CKernels", "COpenBLAS"],
      swiftSettings: kernels),
    .target(name: "Weights", dependencies: ["MediaTypes", "Compute"], swiftSettings: kernels),
    .target(name: "Layers", dependencies: ["Compute", "Weights"]),
    .target(
      name: "Imaging", dependencies: ["MediaTypes", "Compute", "CKernels"], swiftSettings: kernels),
    .target(name: "Lettering", dependencies: ["MediaTypes", "CLettering"]),
    .target(
      name: "Media", dependencies: ["MediaTypes", "CLibAV", "CLibAVShims", "CEBUR128"],
      swiftSettings: kernels),

    // MARK: Models and pipelines
    .target(
      name: "Audio",
      dependencies: [
        "MediaTypes", "Media", "Compute", "Weights", "Layers", "CFFTW", "CSndFile", "CKernels",
      ],
      swiftSettings: kernels),
    .target(
      name: "Face",
      dependencies: [
        "MediaTypes", "Imaging", "Compute", "Weights", "Layers", "CFaceDetector", "CKernels",
      ],
      swiftSettings: kernels),
    .target(name: "Diffusion", dependencies: ["MediaTypes", "Compute", "Weights", "Layers"]),
    .target(
      name: "LipSync",
      dependencies: [
        "MediaTypes", "Imaging", "Face", "Diffusion", "Compute", "Weights", "Layers",
      ]),

    .target(
      name: "Motion",
      dependencies: [
        "MediaTypes", "Imaging", "Face", "Diffusion", "Compute", "Weights", "Layers",
      ],
      swiftSettings: kernels),

    // MARK: Batches
    .target(name: "Transfers", dependencies: ["MediaTypes", "CCurl"]),
    .target(
      name: "ModelStore",
      dependencies: ["MediaTypes", "Digests", "Compute", "Weights", "Transfers"]),
    .target(
      name: "Batch",
      dependencies: [
        "MediaTypes", "Digests", "Transfers", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Yams", package: "Yams"),
      ]),

    // MARK: Application
    .target(
      name: "Runtime",
      dependencies: [
        "CMini", "MediaTypes", "Digests", "Transfers", "ModelStore", "Batch", "Compute", "Weights",
        "Layers", "Imaging",
        "Media", "Audio", "Face",
        "Diffusion", "LipSync", "Motion", "Lettering", "CKernels", "COpenBLAS", "CFaceDetector",
      ]),
    .executableTarget(
      name: "AvatarCLI",
      dependencies: [
        "Runtime", "Batch", "ModelStore", "MediaTypes", "Media", "Face", "Diffusion", "Compute",
        arguments,
      ]),

    // MARK: Tests
    .target(name: "TestSupport", dependencies: ["MediaTypes", "Compute", "Weights"]),
    .testTarget(name: "MediaTypesTests", dependencies: ["MediaTypes"]),
    .testTarget(name: "DigestsTests", dependencies: ["Digests", "TestSupport"]),
    .testTarget(
      name: "TransfersTests", dependencies: ["Transfers", "MediaTypes", "TestSupport"]),
    .testTarget(
      name: "ModelStoreTests",
      dependencies: [
        "ModelStore", "Transfers", "Digests", "MediaTypes", "Compute", "Weights", "TestSupport",
      ]),
    .testTarget(
      name: "BatchTests",
      dependencies: [
        "Batch", "Digests", "Transfers", "MediaTypes", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "ComputeTests", dependencies: ["Compute", "MediaTypes", "TestSupport", "Weights"],
      resources: [.copy("Fixtures")], swiftSettings: kernels),
    .testTarget(
      name: "WeightsTests", dependencies: ["Weights", "Compute", "MediaTypes", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "LayersTests", dependencies: ["Layers", "Compute", "Weights", "TestSupport"]),
    .testTarget(name: "LetteringTests", dependencies: ["Lettering", "MediaTypes", "TestSupport"]),
    .testTarget(
      name: "ImagingTests",
      dependencies: ["Imaging", "MediaTypes", "Compute", "Weights", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "MediaTests", dependencies: ["Media", "MediaTypes", "TestSupport"]),
    .testTarget(
      name: "AudioTests",
      dependencies: [
        "Audio", "MediaTypes", "Compute", "Weights", "TestSupport", "CKernels", "CSndFile",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "FaceTests",
      dependencies: ["Face", "Imaging", "MediaTypes", "Compute", "Weights", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "DiffusionTests",
      dependencies: ["Diffusion", "Layers", "Compute", "MediaTypes", "Weights", "TestSupport"],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "LipSyncTests",
      dependencies: [
        "LipSync", "Face", "Imaging", "MediaTypes", "Compute", "Weights", "TestSupport",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "MotionTests",
      dependencies: [
        "Motion", "Diffusion", "Face", "Imaging", "MediaTypes", "Compute", "Weights", "TestSupport",
      ],
      resources: [.copy("Fixtures")], swiftSettings: kernels),
    .testTarget(
      name: "RuntimeTests",
      dependencies: [
        "Runtime", "Motion", "Batch", "ModelStore", "MediaTypes", "Digests", "Media", "Compute",
        "Weights",
        "Imaging", "Face", "Diffusion", "LipSync", "Lettering", "TestSupport",
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "AvatarCLITests",
      dependencies: ["TestSupport", "MediaTypes", "Media", "Batch", "Digests"],
      exclude: ["Fixtures"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu2x,
  cxxLanguageStandard: .cxx17
)

let cTargets: Set = ["CLibAVShims", "CFaceDetector", "CLettering", "CKernels", "CMini"]
for target in package.targets
where [.regular, .executable, .test].contains(target.type) && !cTargets.contains(target.name) {
  target.swiftSettings = house + (target.swiftSettings ?? [])
}
