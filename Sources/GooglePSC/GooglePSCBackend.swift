public import CloudTransport
import Connectivity
public import ControlPlane
public import Logging

/// Google's Private Service Connect, by Compute Engine's REST API v1: a published service is a service attachment, an
/// endpoint is an internal address with a forwarding rule that points at the attachment.
///
/// What Postern makes is named after its id, so that it is found again after a crash. Forwarding rules and addresses
/// carry the label `postern-endpoint`, attachments (which have no labels) a description that names the service.
public struct GooglePSCBackend: CloudBackend {
    let api: ComputeAPI
    let numbers: ProjectNumbers
    let editor: AttachmentEditor

    /// - Parameters:
    ///   - caller: the way to Google.
    ///   - environment: time and chance.
    public init(
        settings: GoogleSettings, caller: any CloudCaller, environment: Environment,
        logger: Logger = Logger(label: "postern.gcp")
    ) {
        let google = GoogleAPI(
            settings: settings, caller: caller,
            tokens: BearerTokens(settings: settings, caller: caller, environment: environment),
            environment: environment, logger: logger)
        api = ComputeAPI(google: google)
        numbers = ProjectNumbers(google)
        editor = AttachmentEditor(api: api)
    }
}
