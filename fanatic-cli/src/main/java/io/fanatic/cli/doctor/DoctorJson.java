package io.fanatic.cli.doctor;

import com.google.gson.JsonObject;
import io.fanatic.cli.command.JsonValues;
import io.fanatic.harness.reach.ReachJson;
import io.fanatic.netlink.health.Code;
import io.fanatic.netlink.health.Diagnosis;
import io.fanatic.netlink.health.Finding;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A diagnosis for programs. The schema number grows when a field changes its meaning or goes; new fields do not count. */
final class DoctorJson {
    private static final int SCHEMA = 1;

    private DoctorJson() {}

    static String document(Diagnosis diagnosis, Optional<PeerTest> peer) {
        JsonObject document = new JsonObject();
        document.addProperty("schema", SCHEMA);
        document.addProperty("healthy", diagnosis.healthy());
        document.addProperty("errors", diagnosis.hasErrors());
        document.addProperty("looked", diagnosis.looked());
        Map<Finding, List<Finding>> causes = diagnosis.byCause();
        document.add("findings", JsonValues.array(diagnosis.findings(), each -> of(each, causes.containsKey(each))));
        document.add("unseen", JsonValues.array(diagnosis.notChecked()));
        peer.ifPresent(test -> document.add("peer", ReachJson.document(List.of(test.report()))));
        return JsonValues.print(document);
    }

    private static JsonObject of(Finding finding, boolean cause) {
        JsonObject json = new JsonObject();
        json.addProperty("code", finding.code().word());
        json.addProperty("severity", finding.severity().word());
        json.addProperty("subject", finding.subject());
        json.addProperty("title", finding.title());
        json.add("evidence", JsonValues.array(finding.evidence()));
        json.addProperty("fix", finding.fix());
        json.add(
                "because",
                JsonValues.array(
                        finding.because().stream().map(Code::word).sorted().toList()));
        json.addProperty("cause", cause);
        return json;
    }
}
