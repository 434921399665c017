import ControlPlane

/// A region's name, fit to be part of a host's name.
struct Region: Hashable, Sendable {
    let name: String

    /// - Throws: `invalid` for what cannot be a region: the name becomes part of the host that is called.
    init(_ raw: String) throws(CloudError) {
        let isName =
            (1...40).contains(raw.utf8.count)
            && raw.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || $0 == UInt8(ascii: "-")
            }
        guard isName else {
            throw CloudError(kind: .invalid, message: "\(raw.prefix(40)) is not an AWS region, such as eu-central-1.")
        }
        name = raw
    }

    /// The first part of all its ARNs after `arn:`.
    var partition: String {
        switch true {
        case name.hasPrefix("cn-"): "aws-cn"
        case name.hasPrefix("us-gov-"): "aws-us-gov"
        case name.hasPrefix("us-iso-"): "aws-iso"
        case name.hasPrefix("us-isob-"): "aws-iso-b"
        default: "aws"
        }
    }

    var domain: String {
        switch partition {
        case "aws-cn": "amazonaws.com.cn"
        case "aws-iso": "c2s.ic.gov"
        case "aws-iso-b": "sc2s.sgov.gov"
        default: "amazonaws.com"
        }
    }
}

/// Where the APIs are called: AWS's own hosts, unless the environment names others.
struct ServiceEndpoints: Hashable, Sendable {
    /// `AWS_ENDPOINT_URL`
    var all: String?
    /// `AWS_ENDPOINT_URL_EC2`
    var ec2: String?
    /// `AWS_ENDPOINT_URL_STS`
    var sts: String?

    func url(of product: QueryAPI.Product, in region: Region) -> String {
        let own =
            switch product {
            case .ec2: ec2
            case .sts: sts
            }
        guard let url = own ?? all else { return "https://\(product.rawValue).\(region.name).\(region.domain)/" }
        return url.hasSuffix("/") ? url : url + "/"
    }
}
