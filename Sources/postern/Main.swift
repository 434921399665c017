import ArgumentParser
import Configuration
@main struct Postern: AsyncParsableCommand { func run() async throws {} }
