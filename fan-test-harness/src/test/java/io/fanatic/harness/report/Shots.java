package io.fanatic.harness.report;

import java.nio.file.*;

public class Shots {
    public static void main(String[] a) throws Exception {
        SampleReports.main(new String[] {a[0]});
        Path p = Files.createTempDirectory("shots");
        try (Chromium c = Chromium.start(p)) {
            for (String n : a[1].split(",")) {
                c.open(Path.of(a[0], n, "report.html").toAbsolutePath());
                for (String s : new String[] {"light", "dark"})
                    for (int w : new int[] {360, 1280}) {
                        c.prefer(s);
                        c.resize(w, 800);
                        System.out.println(n + " " + s + " " + w + " scrollWidth "
                                + c.evaluate("document.documentElement.scrollWidth") + " " + c.complaints());
                        if (s.equals("dark") && w == 360 && !n.equals("8")) continue;
                        c.screenshot(Path.of(a[0], n + "-" + s + "-" + w + ".png"));
                    }
                c.prefer("light");
                Files.write(Path.of(a[0], n + ".pdf"), c.pdf());
            }
        }
    }
}
