import Connectivity
import ControlPlane
import Foundation
import TestSupport
import Testing

@testable import AWSPrivateLink

/// AWS's command line, and Terraform's provider where it is on the machine.
extension EmulatedAWSTests {
    private static let terraform = Witness("terraform")
    /// A folder with providers (`registry.terraform.io/hashicorp/aws/…`), for a machine that fetches none.
    private static let plugins = ProcessInfo.processInfo.environment["POSTERN_TEST_TERRAFORM_PLUGINS"]

    private func keys(of account: CloudAccount, on stage: AWSStage) async throws -> [String: String] {
        let keys = try await stage.emulator("account", ["account": .string(account.nativeID)])
        return [
            "AWS_ACCESS_KEY_ID": keys["access_key_id"].text ?? "",
            "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"].text ?? "", "AWS_REGION": AWSEmulator.region,
            "AWS_DEFAULT_REGION": AWSEmulator.region,
            "AWS_ENDPOINT_URL": stage.emulator.address, "AWS_PAGER": "", "HOME": NSTemporaryDirectory(),
        ]
    }

    @Test func theCommandLineSeesBothSides() async throws {
        let aws = try #require(Witness("aws"), "no aws: run scripts/test, which sets it up")
        let stage = try await AWSStage()
        var endpoint = stage.endpoint()
        let up = try await stage.drive(&endpoint, by: try stage.makeBackend()).seen
        func look(_ account: CloudAccount, _ arguments: String...) async throws -> JSON {
            let environment = try await keys(of: account, on: stage)
            return try JSONDecoder().decode(
                JSON.self,
                from: try aws.run(["ec2"] + arguments + ["--output", "json"], environment: environment))
        }
        let consumed = try await look(
            stage.consumer, "describe-vpc-endpoints", "--filters",
            "Name=tag:postern:endpoint,Values=\(endpoint.id.text)")["VpcEndpoints"]
        #expect(consumed.elements.count == 1)
        #expect(consumed[0]["VpcEndpointId"].text == endpoint.observed.nativeID)
        #expect(consumed[0]["State"].text == "available")
        let interfaces = try await look(
            stage.consumer, "describe-network-interfaces", "--network-interface-ids",
            consumed[0]["NetworkInterfaceIds"][0].text ?? "")
        #expect(interfaces["NetworkInterfaces"][0]["PrivateIpAddress"].text == up.endpoint?.addresses.first)
        let produced = try await look(
            stage.producer, "describe-vpc-endpoint-connections", "--filters",
            "Name=service-id,Values=\(stage.adoptedID ?? "")")["VpcEndpointConnections"]
        #expect(produced[0]["VpcEndpointOwner"].text == stage.consumer.nativeID)
        #expect(produced[0]["VpcEndpointState"].text == "available")
    }

    /// Terraform makes the service, Postern adopts it and lets a consumer in, and Terraform finds nothing to change.
    @Test(.enabled(if: terraform != nil && plugins != nil)) func terraformAndPosternShareAService() async throws {
        let terraform = try #require(Self.terraform)
        let stage = try await AWSStage()
        let folder = FileManager.default.temporaryDirectory.appending(path: "postern-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let balancer = try await stage.emulator.makeBalancer(in: stage.producer.nativeID)
        try Data(Self.configuration(balancer, at: stage.emulator.address).utf8)
            .write(to: folder.appending(path: "main.tf"))
        let settings = folder.appending(path: "settings.tfrc")
        try Data("provider_installation { filesystem_mirror { path = \"\(Self.plugins ?? "")\" } }".utf8)
            .write(to: settings)
        var environment = try await keys(of: stage.producer, on: stage)
        environment["TF_CLI_CONFIG_FILE"] = settings.path
        environment["TF_IN_AUTOMATION"] = "1"
        let quiet = ["-no-color", "-input=false"]
        try terraform.run(["init"] + quiet, environment: environment, in: folder)
        try terraform.run(["apply", "-auto-approve"] + quiet, environment: environment, in: folder)
        let made = try terraform.run(["output", "-raw", "service"], environment: environment, in: folder)
        let id = String(decoding: made, as: UTF8.self)

        let service = try AWSStage.service(.adopted(nativeID: id), of: stage.producer)
        var endpoint = stage.endpoint()
        let backend = try stage.makeBackend()
        #expect(try await stage.drive(&endpoint, by: backend, on: service).action == .settle(.active))
        // Ends with 2, and so fails, if there is anything to change.
        try terraform.run(["plan", "-detailed-exitcode"] + quiet, environment: environment, in: folder)
        endpoint.desired = .absent
        #expect(try await stage.drive(&endpoint, by: backend, on: service).action == .settle(.closed))
        try terraform.run(["destroy", "-auto-approve"] + quiet, environment: environment, in: folder)
        #expect(try await backend.observe(stage.target(service)) == nil)
    }

    private static func configuration(_ balancer: String, at address: String) -> String {
        """
        provider "aws" {
          region                      = "\(AWSEmulator.region)"
          skip_metadata_api_check     = true
          skip_requesting_account_id  = true
          skip_credentials_validation = true
          endpoints {
            ec2 = "\(address)"
            sts = "\(address)"
          }
        }
        resource "aws_vpc_endpoint_service" "orders" {
          acceptance_required        = true
          network_load_balancer_arns = ["\(balancer)"]
          tags                       = { "postern:adopt" = "yes" }
        }
        output "service" { value = aws_vpc_endpoint_service.orders.id }
        """
    }
}
