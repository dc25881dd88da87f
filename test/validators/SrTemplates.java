import com.pixelmed.dicom.AttributeList;
import com.pixelmed.validate.DicomSRValidator;

/**
 * Holds Structured Reports against the templates of PS3.16 with PixelMed's validator: one start of the machine and
 * one compilation of the rules (seconds) for many files.
 *
 * Usage: java -cp pixelmed.jar SrTemplates.java FILE...
 * Prints a line "@@FILE path" before what the validator says of each file.
 */
class SrTemplates {
  private static final boolean DESCRIBE = false;
  private static final boolean MATCH_CASE = true;
  private static final boolean AMBIGUOUS_TEMPLATES = false;
  private static final boolean ORDER_OF_ITEMS = true;
  private static final boolean TEMPLATE_IDENTIFIERS = true;

  public static void main(String[] paths) throws Exception {
    DicomSRValidator validator = new DicomSRValidator();
    for (String path : paths) {
      System.out.println("@@FILE " + path);
      try {
        AttributeList report = new AttributeList();
        report.read(path);
        System.out.println(
            validator.validate(
                report, DESCRIBE, MATCH_CASE, AMBIGUOUS_TEMPLATES, ORDER_OF_ITEMS, TEMPLATE_IDENTIFIERS));
      } catch (Throwable failure) {
        System.out.println("Error: the validator failed: " + failure);
      }
    }
  }
}
