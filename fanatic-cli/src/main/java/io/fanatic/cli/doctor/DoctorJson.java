package io.fanatic.cli.doctor;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
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
        JsonArray findings = new JsonArray();
        Map<Finding, List<Finding>> causes = diagnosis.byCause();
        for (Finding finding : diagnosis.findings()) {
            findings.add(of(finding, causes.containsKey(finding)));
        }
        document.add("findings", findings);
        document.add("unseen", texts(diagnosis.notChecked()));
        peer.ifPresent(test -> document.add("peer", ReachJson.document(List.of(test.report()))));
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(document);
    }

    private static JsonObject of(Finding finding, boolean cause) {
        JsonObject json = new JsonObject();
        json.addProperty("code", finding.code().word());
        json.addProperty("severity", finding.severity().word());
        json.addProperty("subject", finding.subject());
        json.addProperty("title", finding.title());
        json.add("evidence", texts(finding.evidence()));
        json.addProperty("fix", finding.fix());
        json.add(
                "because",
                texts(finding.because().stream().map(Code::word).sorted().toList()));
        json.addProperty("cause", cause);
        return json;
    }

    private static JsonArray texts(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }
}
